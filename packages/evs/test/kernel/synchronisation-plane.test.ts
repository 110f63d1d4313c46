import { afterEach, beforeEach, expect, test } from 'vitest';
import { stateMask } from '../../src/dataplane/layouts.ts';
import { SynchronisedFlag, type SynchronisedConnection } from '../../src/director/index.ts';
import { activeStates, stateNumber } from '../../src/dataplane/tcp-states.ts';
import { addressBytes } from '../../src/packet/index.ts';
import { frame, tcp, type TcpFlagName } from '../fixtures/packets.ts';
import { arriving, configure, fromServer, topologies } from '../fixtures/topology.ts';
import { KernelDirector } from './kernel-director.ts';
import { sendInParallel } from './send-in-parallel.ts';

const { client, vip, servers } = topologies.ipv4;
const service = { persistence: { timeoutSeconds: 300, mask: 32 } };

let director: KernelDirector;
beforeEach(() => {
  director = new KernelDirector();
  director.announcing = true;
  director.adopting = true;
});
afterEach(() => director[Symbol.dispose]());

test.each(['ipv4', 'ipv6'] as const)(
  'the kernel takes the programs, and tells of connections and templates, %s',
  (family) => {
    const { client, vip, servers } = topologies[family];
    configure(director, { family, service });
    for (const place of ['xdp', 'tc', 'loopback', 'adopt', 'sweep'] as const) {
      director.programOf(place);
    }
    const client9 = { ...client, port: 9 };
    for (const flags of [['syn'], ['ack'], ['ack']] as const) {
      director.run('xdp', arriving(tcp(client9, vip, { flags })));
    }

    const told = director.announcements();
    expect(told.map(({ clientPort }) => clientPort)).toEqual([0, 9]);
    expect(told[1]).toMatchObject({ destination: addressBytes(servers[0].address), state: 1 });
    expect(director.adopt(...told)).toEqual(['updated', 'updated']);
    expect(director.adopt({ ...(told[1] as SynchronisedConnection), clientPort: 10 })).toEqual([
      'made',
    ]);
    expect(director.countsOf(servers[0].address)).toMatchObject({ active: 2, inactive: 0 });
  },
);

test('connections that are adopted while they have packets on other processors leave exact counts', async () => {
  configure(director, { servers: 3, scheduler: 'wlc' });
  const ports = Array.from({ length: 24 }, (_, index) => 1000 + index);
  const packets = ports.flatMap((port) => {
    const from = { ...client, port };
    const asked = (...flags: TcpFlagName[]) => arriving(tcp(from, vip, { flags }));
    const answered = servers.map((server, index) =>
      frame(tcp(server, from, { flags: ['fin', 'ack'] }), fromServer(index)),
    );
    return [asked('syn'), asked('ack'), asked('fin', 'ack'), asked('rst'), ...answered];
  });
  const adopted = ports.flatMap((clientPort, index) =>
    servers.map((server, at): SynchronisedConnection => {
      const isActive = (index + at) % 2 === 0;
      return {
        protocol: 6,
        client: addressBytes(client.address),
        virtual: addressBytes(vip.address),
        destination: addressBytes(server.address),
        clientPort,
        virtualPort: vip.port,
        destinationPort: server.port,
        flags: isActive ? 0 : SynchronisedFlag.inactive,
        state: isActive ? 1 : 4,
        mark: 0,
        timeoutSeconds: 900,
      };
    }),
  );

  const outcomes = new Map<string, number>();
  await sendInParallel({ program: director.programOf('xdp'), packets, count: 20_000 }, () => {
    for (const outcome of director.adopt(...adopted)) {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  });

  expect(outcomes.get('updated')).toBeGreaterThan(0);
  expect(outcomes.get('made')).toBeGreaterThan(0);
  const counted = Object.fromEntries(
    servers.map(({ address }) => [address, { active: 0, inactive: 0 }]),
  );
  for (const [, { word, realServer }] of director.entriesOf('connections4')) {
    const entry = [...director.registry.servers.values()].find(({ slot }) => slot === realServer);
    const counts = counted[entry?.key.address ?? ''];
    const isActive = activeStates.some((state) => stateNumber(state) === (word & stateMask));
    if (counts !== undefined) counts[isActive ? 'active' : 'inactive']++;
  }
  const told = servers.map(({ address }) => {
    const { active, inactive } = director.countsOf(address);
    return [address, { active, inactive }];
  });
  expect(Object.fromEntries(told)).toEqual(counted);
  expect(director.sizeOf('replies4')).toBe(director.sizeOf('connections4'));
});
