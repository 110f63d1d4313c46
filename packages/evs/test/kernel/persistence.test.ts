import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Settings } from '../../src/dataplane/layouts.ts';
import type { Command, Persistence } from '../../src/director/index.ts';
import { tcp } from '../fixtures/packets.ts';
import {
  addServer,
  deleteServer,
  editServer,
  realServer,
  serviceKey,
} from '../fixtures/test-director.ts';
import { arriving, configure, resolveServers, topologies } from '../fixtures/topology.ts';
import { KernelDirector } from './kernel-director.ts';
import { sendInParallel } from './send-in-parallel.ts';
import { fewer } from './slowness.ts';
import { TrafficNetwork } from './traffic-network.ts';

describe('clients on several processors at once', () => {
  const { vip, servers } = topologies.ipv4;
  const key = serviceKey(vip);
  const service = { persistence: { timeoutSeconds: 360, mask: 32 } };
  /** The first segments of some connections of each client. */
  const opening = (clients: number, connections: number): Uint8Array[] =>
    Array.from({ length: clients * connections }, (_, index) => {
      const address = `10.${(index % clients) >> 8}.${(index % clients) & 255}.7`;
      return arriving(tcp({ address, port: 1000 + Math.floor(index / clients) }, vip));
    });

  test('have one template and one real server each, and counts are exact', async () => {
    using director = new KernelDirector({ connections: 8192 });
    configure(director, { servers: 3, service });
    const program = director.programOf('xdp');

    await sendInParallel({ program, packets: opening(1000, 4), count: fewer(10_000) });

    const chosen = new Map<number, Set<number>>();
    for (const [{ source }, { realServer }] of director.entriesOf('connections4')) {
      chosen.set(source, (chosen.get(source) ?? new Set()).add(realServer));
    }
    expect(chosen.size).toBe(1000);
    expect([...chosen.values()].every((slots) => slots.size === 1)).toBe(true);
    expect(sum(director.persistent())).toBe(1000);
    const controlled = director.entriesOf('templates4').map(([, { seat }]) => seat & 0xffff_ffffn);
    expect(controlled.reduce((total, each) => total + each)).toBe(
      BigInt(director.sizeOf('connections4')),
    );
  });

  test('leave nothing behind, though real servers come and go meanwhile', async () => {
    using director = new KernelDirector({ connections: 8192 });
    configure(director, { servers: 3, service });
    const program = director.programOf('xdp');
    const soon = Object.fromEntries(Object.keys(Settings.fields).map((name) => [name, 3n]));
    let round = 0;
    let swept = 0;
    const comeAndGo = (): void => {
      const server = servers[round++ % 3] ?? servers[0];
      director.apply(deleteServer(key, server), addServer(key, realServer(server, 'masquerading')));
      resolveServers(director, 'ipv4', 1);
      director.open('settings').set({ index: 0 }, soon as never);
      for (const { record } of director.registry.services.values()) {
        record.setU32('persistenceTimeout', 2);
      }
      swept += director.sweep().expired;
    };

    const verdicts = await sendInParallel(
      { program, packets: opening(16, 4), count: fewer(10_000) },
      comeAndGo,
    );

    expect(verdicts[3]).toBeGreaterThan(0);
    expect(swept).toBeGreaterThan(0);
    // Publishing told real timeouts meanwhile: what got one ends now.
    for (const name of ['connections4', 'templates4'] as const) {
      for (const [key, entry] of director.entriesOf(name)) {
        director.open(name).set(key, { ...entry, expires: 1n });
      }
      director.sweep();
    }
    expect(director.sizeOf('connections4')).toBe(0);
    expect(director.entriesOf('templates4')).toEqual([]);
    expect(director.persistent()).toEqual({});
  });
});

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

const network = new TrafficNetwork();
beforeAll(async () => {
  await network.serve();
});
afterAll(() => network[Symbol.dispose]());

const port = 8080;
const families = ['ipv4', 'ipv6'] as const;
type Family = (typeof families)[number];

/** Both services of the VIP, with persistence. */
function persist(family: Family, persistence: Persistence): void {
  const edits = (['tcp', 'udp'] as const).map((protocol): Command => ({
    kind: 'editService',
    service: {
      key: serviceKey({ address: network.vip(family), port }, protocol),
      scheduler: 'rr',
      schedulerFlags: 0,
      onePacket: false,
      persistence,
    },
  }));
  network.apply(...edits);
}
const requests = (family: Family, count: number): string[] =>
  Array.from({ length: count }, () => network.request(family));

describe.each([
  { family: 'ipv4', method: 'masquerading', hook: 'tc', mask: 24 },
  { family: 'ipv4', method: 'gatewaying', hook: 'xdp-generic', mask: 32 },
  { family: 'ipv6', method: 'masquerading', hook: 'xdp-generic', mask: 64 },
  { family: 'ipv6', method: 'gatewaying', hook: 'tc', mask: 128 },
] as const)('$method over $family at $hook', (situation) => {
  const { family, method, mask } = situation;
  beforeAll(() => {
    network.balance(situation);
    persist(family, { timeoutSeconds: 50, mask });
  });

  test('a client keeps its real server, by TCP and by UDP', () => {
    const [pick] = requests(family, 1);
    expect(requests(family, 3)).toEqual([pick, pick, pick]);
    const echoes = ['one', 'two', 'three'].map((word) => network.echo(family, word).slice(0, 3));
    expect(new Set(echoes).size).toBe(1);
  });

  test('and keeps it when it is drained', () => {
    const [pick = ''] = requests(family, 1);
    const key = serviceKey({ address: network.vip(family), port });
    const address = network.serverAddress(family, pick);
    network.apply(editServer(key, realServer({ address, port }, method, { weight: 0 })));

    expect(requests(family, 2)).toEqual([pick, pick]);
  });
});

test('a client is let go when it has been away for longer than the timeout', async () => {
  network.replacePlane({});
  network.balance({ family: 'ipv4', method: 'gatewaying', hook: 'tc' });
  network.apply({ kind: 'setTimeouts', timeouts: { tcp: 900, tcpFin: 1, udp: 1 } });
  persist('ipv4', { timeoutSeconds: 3, mask: 32 });
  const [before, still] = requests('ipv4', 2);
  expect(still).toBe(before);

  // What keepalived's persistence_timeout does, in less time. The connections end meanwhile.
  for (let second = 0; second < 4; second++) {
    await delay(1050);
    network.plane.sweep();
  }

  expect([...network.plane.connections()]).toEqual([]);
  expect(requests('ipv4', 1)).not.toEqual([before]);
});
