import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyCommand, initialState, type DirectorState } from '../../director/index.ts';
import {
  directorServices,
  filesInMemory,
  readConfiguration,
  type Configuration,
} from '../index.ts';
import { diff } from './diff.ts';
import type { DirectorStep, ReloadStep } from './steps.ts';

const read = (text: string): Configuration =>
  readConfiguration('/k.conf', { files: filesInMemory({ '/k.conf': text }) }).configuration;
const stepsBetween = (before: string, after: string): readonly ReloadStep[] =>
  diff(read(before), read(after));
const kinds = (before: string, after: string): readonly string[] =>
  stepsBetween(before, after).map(({ kind }) => kind);

const server = (lines = '', realServers = realServer(20), name = '10.9.0.9 80') =>
  `virtual_server ${name} {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n${lines}\n${realServers}\n}\n`;
const realServer = (host: number, lines = 'TCP_CHECK {\nretry 1\n}') =>
  `real_server 10.9.0.${host} 80 {\n${lines}\n}\n`;
const router = (lines = '', name = 'VI_1', id = 5) =>
  `vrrp_instance ${name} {\ninterface eth0\nvirtual_router_id ${id}\n${lines}\nvirtual_ipaddress { 10.9.0.100 }\n}\n`;
const all = `global_defs {\nrouter_id A\n}\n${router()}${server()}`;

test('the same configuration, however it is written, needs no step', () => {
  const rewritten = all
    .replace('lb_algo rr', '# round robin\nlvs_sched rr')
    .replaceAll('\n', '\n\n');
  expect(stepsBetween(all, rewritten)).toEqual([]);
});

describe('only what changed is touched', () => {
  test.each([
    ['a weight', all, all.replace('TCP_CHECK', 'weight 5\nTCP_CHECK'), ['editRealServer']],
    ['a scheduler', all, all.replace('lb_algo rr', 'lb_algo wlc'), ['editService']],
    [
      'a quorum script',
      all,
      all.replace('protocol', 'quorum_up "/bin/true"\nprotocol'),
      ['changeVirtualServer'],
    ],
    ['times of a checker', all, all.replace('retry 1', 'retry 2'), ['editChecker']],
    [
      'the port of a checker',
      all,
      all.replace('retry 1', 'connect_port 81'),
      ['stopChecker', 'startChecker'],
    ],
    ['a priority', all, all.replace('id 5', 'id 5\npriority 50'), ['editVirtualRouter']],
    ['the name of a virtual router', all, all.replace('VI_1', 'VI_7'), ['editVirtualRouter']],
    [
      'the number of a virtual router',
      all,
      all.replace('id 5', 'id 6'),
      ['removeVirtualRouter', 'addVirtualRouter'],
    ],
    ['a global setting', all, all.replace('router_id A', 'router_id B'), ['changeSettings']],
    [
      'a new real server',
      all,
      all.replace(server(), server('', realServer(20) + realServer(21))),
      ['addRealServer', 'changeVirtualServer', 'startChecker'],
    ],
    [
      'a real server that is gone',
      server('', realServer(20) + realServer(21)),
      server(),
      ['stopChecker', 'deleteRealServer', 'changeVirtualServer'],
    ],
  ] as const)('%s', (_, before, after, expected) => {
    expect(kinds(before, after)).toEqual(expected);
  });
});

test('addresses come last and leave first, services before their real servers, those before their checkers', () => {
  expect(kinds('', all)).toEqual([
    'changeSettings',
    'addService',
    'addRealServer',
    'changeVirtualServer',
    'startChecker',
    'addVirtualRouter',
  ]);
  expect(kinds(all, '')).toEqual([
    'changeSettings',
    'removeVirtualRouter',
    'stopChecker',
    'deleteService',
  ]);
});

test('an address that joins a group is one more service, and the others are not touched', () => {
  const group = (entries: string) =>
    `virtual_server_group G {\n${entries}\n}\n${server('', realServer(20), 'group G')}`;
  const steps = stepsBetween(group('10.9.0.101-102 80'), group('10.9.0.101-103 80'));
  expect(steps.map(({ kind }) => kind)).toEqual(['addService', 'addRealServer']);
  expect(steps[0]).toMatchObject({ service: { key: { address: '10.9.0.103' } } });
});

/** Does what the steps say to a director. */
function applySteps(state: DirectorState, steps: readonly ReloadStep[]): DirectorState {
  return steps.reduce((now, step) => (isDirectorStep(step) ? applyCommand(now, step) : now), state);
}

const isDirectorStep = (step: ReloadStep): step is DirectorStep =>
  /^(add|edit|delete)(Service|RealServer)$/.test(step.kind);

const someServers = fc
  .uniqueArray(
    fc.record({ host: fc.integer({ min: 20, max: 25 }), weight: fc.integer({ min: 0, max: 3 }) }),
    {
      selector: ({ host }) => host,
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((servers) =>
    servers.map(({ host, weight }) => realServer(host, `weight ${weight}`)).join(''),
  );
const someConfiguration = fc
  .uniqueArray(
    fc.record({
      port: fc.integer({ min: 80, max: 83 }),
      algo: fc.constantFrom('rr', 'wlc', 'sh'),
      servers: someServers,
    }),
    {
      selector: ({ port }) => port,
      maxLength: 4,
    },
  )
  .map((services) =>
    services
      .map(({ port, algo, servers }) => server('', servers, `10.9.0.9 ${port}`).replace('rr', algo))
      .join(''),
  );

test('the steps lead a director from any configuration to any other', () => {
  const tableOf = (text: string) => sorted(read(text).virtualServers.flatMap(directorServices));
  const sorted = (services: DirectorState['services']) =>
    services
      .map((service) => ({
        ...service,
        realServers: service.realServers.toSorted((one, other) =>
          one.address < other.address ? -1 : 1,
        ),
      }))
      .toSorted((one, other) => JSON.stringify(one.key).localeCompare(JSON.stringify(other.key)));
  fc.assert(
    fc.property(someConfiguration, someConfiguration, (before, after) => {
      const running = applySteps(initialState, stepsBetween('', before));
      const wanted = applySteps(running, stepsBetween(before, after));
      expect(sorted(wanted.services)).toMatchObject(tableOf(after));
    }),
    { numRuns: 60 },
  );
});
