import { describe, expect, test } from 'vitest';
import { EvsError, type ErrorCode } from '../errors/index.ts';
import { applyCommand } from './apply-command.ts';
import type { Command, ServiceRequest } from './commands.ts';
import {
  initialState,
  type DirectorState,
  type RealServer,
  type ServiceKey,
  type Tunnel,
} from './model.ts';

const web: ServiceKey = { kind: 'address', protocol: 'tcp', address: '10.0.0.1', port: 80 };
const mark: ServiceKey = { kind: 'mark', mark: 7, family: 'ipv6' };
const ipip: Tunnel = { type: 'ipip', port: 0, checksum: 'none' };

const service = (rest: Partial<ServiceRequest> = {}): ServiceRequest => ({
  key: web,
  scheduler: 'rr',
  schedulerFlags: 0,
  onePacket: false,
  ...rest,
});
const realServer = (address: string, rest: Partial<RealServer> = {}): RealServer => ({
  address,
  port: 80,
  method: 'masquerading',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  tunnel: ipip,
  ...rest,
});
const addService = (rest: Partial<ServiceRequest> = {}): Command => ({
  kind: 'addService',
  service: service(rest),
});
const add = (address: string, rest: Partial<RealServer> = {}): Command => ({
  kind: 'addRealServer',
  key: web,
  realServer: realServer(address, rest),
});
const edit = (address: string, rest: Partial<RealServer> = {}): Command => ({
  kind: 'editRealServer',
  key: web,
  realServer: realServer(address, rest),
});

const play = (...commands: Command[]): DirectorState => commands.reduce(applyCommand, initialState);
const addressesOf = (state: DirectorState): string[] =>
  state.services.flatMap(({ realServers }) => realServers.map(({ address }) => address));
function refusal(...commands: Command[]): ErrorCode | undefined {
  try {
    play(...commands);
  } catch (error) {
    if (error instanceof EvsError) return error.code;
    throw error;
  }
  return undefined;
}

describe('order of real servers', () => {
  const three = [addService(), add('10.0.0.2'), add('10.0.0.3'), add('10.0.0.4')];

  test('a new one comes first', () => {
    expect(addressesOf(play(...three))).toEqual(['10.0.0.4', '10.0.0.3', '10.0.0.2']);
  });

  test('one that is edited keeps its place', () => {
    const state = play(...three, edit('10.0.0.3', { weight: 9 }));
    expect(addressesOf(state)).toEqual(['10.0.0.4', '10.0.0.3', '10.0.0.2']);
    expect(state.services[0]?.realServers[1]?.weight).toBe(9);
  });

  test('one that is deleted and added again comes first', () => {
    const state = play(
      ...three,
      { kind: 'deleteRealServer', key: web, realServer: { address: '10.0.0.2', port: 80 } },
      add('10.0.0.2'),
    );
    expect(addressesOf(state)).toEqual(['10.0.0.2', '10.0.0.4', '10.0.0.3']);
  });
});

describe('edits replace everything', () => {
  test('a service loses what is not asked for again, but keeps its real servers', () => {
    const state = play(
      addService({ persistence: { timeoutSeconds: 9, mask: 24 }, persistenceEngine: 'sip' }),
      add('10.0.0.2'),
      { kind: 'editService', service: service({ scheduler: 'wlc' }) },
    );
    expect(state.services).toEqual([
      {
        key: web,
        scheduler: 'wlc',
        schedulerFlags: 0,
        onePacket: false,
        realServers: [realServer('10.0.0.2')],
      },
    ]);
  });

  test('a real server too', () => {
    const state = play(
      addService(),
      add('10.0.0.2', { upperThreshold: 9, lowerThreshold: 4 }),
      edit('10.0.0.2', { method: 'gatewaying' }),
    );
    expect(state.services[0]?.realServers).toEqual([
      { ...realServer('10.0.0.2', { method: 'gatewaying' }), edits: 1 },
    ]);
  });
});

test('one mark is a service of its own for each address family', () => {
  const state = play(addService({ key: mark }), addService({ key: { ...mark, family: 'ipv4' } }), {
    kind: 'deleteService',
    key: mark,
  });
  expect(state.services.map(({ key }) => key)).toEqual([{ ...mark, family: 'ipv4' }]);
});

test('clear removes services and keeps timeouts, of which 0 changes none', () => {
  const state = play(
    addService(),
    { kind: 'setTimeouts', timeouts: { tcp: 0, tcpFin: 5, udp: 0 } },
    { kind: 'clear' },
  );
  expect(state).toEqual({ ...initialState, timeouts: { tcp: 900, tcpFin: 5, udp: 300 } });
});

test('zero changes no state', () => {
  const state = play(addService());
  expect(applyCommand(state, { kind: 'zero', key: web })).toBe(state);
  expect(applyCommand(state, { kind: 'zero' })).toBe(state);
});

describe('refusals', () => {
  const tunneled = (address: string, tunnel: Tunnel): Command =>
    add(address, { method: 'tunneling', tunnel });

  test.each<[what: string, code: ErrorCode, commands: Command[]]>([
    ['a service that is there', 'E_SERVICE_EXISTS', [addService(), addService({ scheduler: 'x' })]],
    ['an unknown scheduler', 'E_NO_SCHEDULER', [addService({ scheduler: 'fair' })]],
    [
      'an unknown engine, even if unused',
      'E_NO_SCHEDULER',
      [addService({ persistenceEngine: 'x' })],
    ],
    ['every port without persistence', 'E_INVALID', [addService({ key: { ...web, port: 0 } })]],
    ['single packets of TCP', 'E_INVALID', [addService({ onePacket: true })]],
    [
      'an address in another spelling',
      'E_INVALID',
      [addService({ key: { ...web, address: '::0' } })],
    ],
    [
      'an IPv6 mask of 0 bits',
      'E_INVALID',
      [addService({ key: mark, persistence: { timeoutSeconds: 1, mask: 0 } })],
    ],
    ['an edit of no service', 'E_NO_SERVICE', [{ kind: 'editService', service: service() }]],
    ['the end of no service', 'E_NO_SERVICE', [{ kind: 'deleteService', key: web }]],
    ['zero for no service', 'E_NO_SERVICE', [{ kind: 'zero', key: web }]],
    ['a real server of no service', 'E_NO_SERVICE', [add('224.0.0.1', { lowerThreshold: 1 })]],
    [
      'a real server that is there',
      'E_SERVER_EXISTS',
      [addService(), add('10.0.0.2'), add('10.0.0.2')],
    ],
    ['an edit of no real server', 'E_NO_SERVER', [addService(), edit('224.0.0.1')]],
    [
      'thresholds that cross, before all else',
      'E_RANGE',
      [addService(), edit('10.0.0.2', { upperThreshold: 1, lowerThreshold: 2 })],
    ],
    ['a negative weight', 'E_RANGE', [addService(), add('10.0.0.2', { weight: -1 })]],
    ['multicast', 'E_INVALID', [addService(), add('224.0.0.1')]],
    ['broadcast', 'E_INVALID', [addService(), add('255.255.255.255')]],
    ['no address', 'E_INVALID', [addService(), add('0.0.0.0')]],
    ['link-local IPv6', 'E_INVALID', [addService(), tunneled('febf::1', ipip)]],
    ['IPv4 in IPv6', 'E_INVALID', [addService(), tunneled('::ffff:a00:1', ipip)]],
    ['another family without a tunnel', 'E_INVALID', [addService(), add('2001:db8::1')]],
    [
      'gue without port',
      'E_INVALID',
      [addService(), tunneled('10.0.0.2', { type: 'gue', port: 0, checksum: 'none' })],
    ],
    [
      'a negative timeout',
      'E_INVALID',
      [{ kind: 'setTimeouts', timeouts: { tcp: -1, tcpFin: 0, udp: 0 } }],
    ],
  ])('%s', (_what, code, commands) => {
    expect(refusal(...commands)).toBe(code);
  });

  test('ip_vs takes the rest of class E, network 0, and every family through tunnels', () => {
    const commands = [
      addService(),
      add('240.0.0.1'),
      add('0.1.2.3'),
      tunneled('2001:db8::1', ipip),
    ];
    expect(refusal(...commands)).toBeUndefined();
  });
});
