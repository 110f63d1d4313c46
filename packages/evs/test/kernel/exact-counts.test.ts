import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stateMask } from '../../src/dataplane/layouts.ts';
import { activeStates, stateNumber } from '../../src/dataplane/tcp-states.ts';
import { frame, tcp, type TcpFlagName } from '../fixtures/packets.ts';
import { arriving, configure, fromServer, topologies } from '../fixtures/topology.ts';
import { KernelDirector } from './kernel-director.ts';
import type { SenderReport } from './parallel-sender.ts';
import { sendInParallel } from './send-in-parallel.ts';

const { client, vip, servers } = topologies.ipv4;
const transmitted = 3;
const count = 20_000;

let director: KernelDirector;
beforeEach(() => {
  director = new KernelDirector();
  configure(director, { servers: 3, scheduler: 'wlc' });
});
afterEach(() => director[Symbol.dispose]());

/** Every event of both sides on a few flows, so that senders get in each other's way. */
const packets: readonly Uint8Array[] = Array.from({ length: 24 }, (_, port) => {
  const from = { ...client, port: 1000 + port };
  const asked = (flags: readonly TcpFlagName[]): Uint8Array => arriving(tcp(from, vip, { flags }));
  const answered = servers.map((server, index) =>
    frame(
      tcp(server, from, { flags: port % 2 === 0 ? ['ack'] : ['fin', 'ack'] }),
      fromServer(index),
    ),
  );
  return [asked(['syn']), asked(['ack']), asked(['fin', 'ack']), asked(['rst']), ...answered];
}).flat();

/** Sends from several processes at once; meanwhile `alongside` is called again and again. */
const send = (alongside?: () => void): Promise<SenderReport> =>
  sendInParallel({ program: director.programOf('xdp'), packets, count }, alongside);

/** Active and inactive connections by real server, as the table of connections has them. */
function counted(): Record<string, { active: number; inactive: number }> {
  const result = Object.fromEntries(
    servers.map(({ address }) => [address, { active: 0, inactive: 0 }]),
  );
  for (const [, { word, realServer }] of director.entriesOf('connections4')) {
    const server = [...director.registry.servers.values()].find(({ slot }) => slot === realServer);
    const counts = result[server?.key.address ?? ''];
    if (counts === undefined) throw new Error(`Slot ${realServer} is not in use`);
    const isActive = activeStates.some((state) => stateNumber(state) === (word & stateMask));
    counts[isActive ? 'active' : 'inactive']++;
  }
  return result;
}

const told = (): ReturnType<typeof counted> =>
  Object.fromEntries(
    servers.map(({ address }) => {
      const { active, inactive } = director.countsOf(address);
      return [address, { active, inactive }];
    }),
  );

describe('packets of the same connections on several processors at once', () => {
  test('leave exact counts of packets and connections', async () => {
    const verdicts = await send();

    expect(told()).toEqual(counted());
    const { inPackets, outPackets } = director.serviceCounters();
    expect(inPackets + outPackets).toBe(verdicts[transmitted]);
    expect(director.sizeOf('replies4')).toBe(director.sizeOf('connections4'));
  });

  test('and connections that expire and are swept meanwhile leave nothing behind', async () => {
    director.setTimeouts(1n);

    let swept = 0;
    const verdicts = await send(() => (swept += director.sweep().expired));

    expect(verdicts[transmitted]).toBeGreaterThan(0);
    expect(swept).toBeGreaterThan(0);
    await delay(20);
    director.sweep();
    director.sweep();
    expect(director.sizeOf('connections4')).toBe(0);
    expect(director.sizeOf('replies4')).toBe(0);
    expect(told()).toEqual(
      Object.fromEntries(servers.map(({ address }) => [address, { active: 0, inactive: 0 }])),
    );
  });
});
