import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MarkRule, ServiceKey, ServiceRequest } from '../../src/director/index.ts';
import { addServer, addService, realServer, serviceKey } from '../fixtures/test-director.ts';
import { patient } from './slowness.ts';
import { TrafficNetwork } from './traffic-network.ts';

const port = 8080;
const network = new TrafficNetwork();
beforeAll(async () => {
  await network.serve();
});
afterAll(() => network[Symbol.dispose]());

type Family = 'ipv4' | 'ipv6';
type Method = 'masquerading' | 'gatewaying';
const markOf = (family: Family): ServiceKey => ({ kind: 'mark', mark: 5, family });

/** In place of the usual services one on both real servers. */
function serve(
  key: ServiceKey,
  family: Family,
  method: Method,
  special: Partial<ServiceRequest> = {},
): void {
  const servers = ['rs1', 'rs2'].map((name) =>
    addServer(key, realServer({ address: network.serverAddress(family, name), port }, method)),
  );
  network.apply({ kind: 'clear' }, addService(key, 'rr', special), ...servers);
  network.resolve(family);
}

describe.each([
  { family: 'ipv4', method: 'masquerading', hook: 'xdp-generic' },
  { family: 'ipv6', method: 'gatewaying', hook: 'tc' },
] as const)('a service by mark, $method over $family at $hook', (situation) => {
  const { family, method } = situation;
  const length = family === 'ipv4' ? 32 : 128;
  const rule = (): MarkRule => ({
    mark: 5,
    family,
    destination: { address: network.vip(family), length },
  });
  beforeAll(() => {
    network.balance(situation);
    network.apply({ kind: 'addMarkRule', rule: rule() });
  });
  afterAll(() => network.apply({ kind: 'deleteMarkRule', rule: rule() }));

  test('takes TCP and UDP of the packets that a rule marks', () => {
    serve(markOf(family), family, method);

    expect(new Set([1, 2].map(() => network.request(family)))).toEqual(new Set(['rs1', 'rs2']));
    const echoes = ['one', 'two'].map((word) => network.echo(family, word).slice(0, 3));
    expect(new Set(echoes)).toEqual(new Set(['rs1', 'rs2']));
  });

  test('keeps a client at one real server by both, if it is persistent', () => {
    serve(markOf(family), family, method, {
      persistence: { timeoutSeconds: 60, mask: length },
    });
    const pick = network.request(family);

    expect([1, 2].map(() => network.request(family))).toEqual([pick, pick]);
    expect(['a', 'b'].map((word) => network.echo(family, word).slice(0, 3))).toEqual([pick, pick]);
  });
});

test('the mark of a client on the director is the one that its netfilter set', () => {
  network.balance({ family: 'ipv4', method: 'masquerading', hook: 'tc' });
  serve(markOf('ipv4'), 'ipv4', 'masquerading');
  const from = network.director;
  const chain = '{ type route hook output priority mangle; }';
  from.run('nft', 'add table ip evs_marks');
  from.run('nft', `add chain ip evs_marks out ${chain}`);
  from.run('nft', `add rule ip evs_marks out ip daddr ${network.vip('ipv4')} meta mark set 5`);

  try {
    const answers = [1, 2].map(() => network.request('ipv4', '/', { from }));
    expect(new Set(answers)).toEqual(new Set(['rs1', 'rs2']));
  } finally {
    from.run('nft', 'delete table ip evs_marks');
  }
});

test.each(['tc', 'xdp-generic'] as const)(
  'with one-packet scheduling each datagram goes to the next real server: %s',
  (hook) => {
    network.replacePlane({});
    network.balance({ family: 'ipv4', method: 'gatewaying', hook });
    const key = serviceKey({ address: network.vip('ipv4'), port }, 'udp');
    serve(key, 'ipv4', 'gatewaying', { onePacket: true });
    // Both datagrams of one socket, one after the other.
    const script = `exec 3<>/dev/udp/${network.vip('ipv4')}/${port}; for i in 1 2; do printf x >&3; timeout ${patient(10)} head -c 5 <&3; done`;

    const answers = network.client.run('bash', '-c', script);

    expect(answers.match(/rs[12]/g)?.toSorted()).toEqual(['rs1', 'rs2']);
    expect([...network.plane.connections()]).toEqual([]);
  },
);
