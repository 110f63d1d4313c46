import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DataPlane } from '../../src/dataplane/index.ts';
import type { Command, ForwardingMethod } from '../../src/director/index.ts';
import { PacketSocket, withNetworkNamespace } from '../../src/linux/index.ts';
import { frame, tcp } from '../fixtures/packets.ts';
import { realServers, Segment, servicePort, vip } from './segment.ts';
import { buildPrograms, TestDaemon } from './test-daemon.ts';

const capacity = 1024;
const rounds = 64;
const held = 4;
const key = { kind: 'address', protocol: 'tcp', address: vip, port: servicePort } as const;

beforeAll(() => void buildPrograms());

describe.each<ForwardingMethod>(['masquerading', 'gatewaying'])(
  'a flood of ten times as many SYNs as the table has places, %s',
  (method) => {
    let segment: Segment;
    let daemon: TestDaemon;

    beforeEach(async () => {
      segment = new Segment(method);
      daemon = new TestDaemon(segment.director);
      await Promise.all([segment.serve(), daemon.start('--connections', String(capacity))]);
      await daemon.client.execute(commands(method));
    });
    afterEach(async () => {
      await daemon.remove();
      segment[Symbol.dispose]();
    });

    test('breaks no connection, and new ones can be made all the while', async () => {
      const clients = Array.from({ length: held }, () => new Client(segment));
      const fresh = new Client(segment);
      const before = await Promise.all(clients.map((client) => client.ask('held')));

      for (let round = 0; round < rounds; round++) {
        const [answers, another] = await Promise.all([
          Promise.all(clients.map((client) => client.ask('held'))),
          fresh.ask('new'),
          flood(segment, round, (10 * capacity) / rounds),
        ]);
        expect(answers, `round ${round}`).toEqual(before);
        expect(realServers, `round ${round}: ${another.error}`).toContain(another.answer);
      }

      using plane = DataPlane.open({
        pinDirectory: daemon.pinDirectory,
        capacities: { connections: capacity },
      });
      const evictions = new Map(
        plane.evictions().map(({ reason, connections }) => [reason, connections]),
      );
      expect(evictions.get('table full')).toBeGreaterThan(0);
      const refused = plane.drops().find(({ reason }) => reason === 'connection table full');
      expect(refused?.packets).toBe(0);
    });
  },
);

const commands = (method: ForwardingMethod): Command[] => [
  {
    kind: 'addService',
    service: { key, scheduler: 'rr', schedulerFlags: 0, onePacket: false },
  },
  ...realServers.map((address): Command => ({
    kind: 'addRealServer',
    key,
    realServer: {
      address,
      port: servicePort,
      method,
      weight: 1,
      upperThreshold: 0,
      lowerThreshold: 0,
      tunnel: { type: 'ipip', port: 0, checksum: 'none' },
    },
  })),
];

interface Answer {
  readonly answer?: string;
  readonly port?: number;
  readonly error?: string;
}

/** A process on the client's host that asks the service when it is told to. */
class Client {
  readonly #say: (line: string) => void;
  readonly #lines: ReturnType<typeof createInterface>;

  constructor(segment: Segment) {
    const child = segment.spawn(segment.client, 'held-connection.ts', vip, String(servicePort));
    if (child.stdin === null || child.stdout === null) throw new Error('The client has no pipes');
    const { stdin } = child;
    this.#say = (line) => void stdin.write(`${line}\n`);
    this.#lines = createInterface(child.stdout);
  }

  async ask(over: 'held' | 'new'): Promise<Answer> {
    const answer = once(this.#lines, 'line');
    this.#say(over);
    const [line] = (await answer) as [string];
    return JSON.parse(line) as Answer;
  }
}

/** Sends SYNs from addresses that do not exist, a few at a time so that others get their turn. */
async function flood({ client, director }: Segment, round: number, count: number): Promise<void> {
  const addresses = {
    destination: macBytes(director.mac('eth0')),
    source: macBytes(client.mac('eth0')),
  };
  using socket = withNetworkNamespace(client.path, () => new PacketSocket(client.ifindex('eth0')));
  for (let sent = 0; sent < count; sent++) {
    const from = { address: `172.16.${round}.${sent % 256}`, port: 1024 + sent };
    socket.send(frame(tcp(from, { address: vip, port: servicePort }), addresses));
    if (sent % 16 === 0) await delay(0);
  }
}

const macBytes = (text: string): Uint8Array =>
  Uint8Array.from(text.split(':'), (byte) => Number.parseInt(byte, 16));
