import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  capture,
  etherType,
  lockFile,
  PacketSocket,
  RawIpSocket,
  withNetworkNamespace,
} from '../../src/linux/index.ts';
import { eventually, TestPair } from './network.ts';

let pair: TestPair;
const inLeft = <T>(body: () => T): T => withNetworkNamespace(pair.left.path, body);
const inRight = <T>(body: () => T): T => withNetworkNamespace(pair.right.path, body);

beforeAll(() => {
  pair = new TestPair();
});
afterAll(() => pair[Symbol.dispose]());

const bytesOf = (mac: string): number[] => mac.split(':').map((part) => Number.parseInt(part, 16));

test('a gratuitous ARP that is sent on one device is captured on the other', async () => {
  const mac = bytesOf(pair.left.mac('eth0'));
  const address = [10, 9, 0, 50];
  const announcement = Uint8Array.from([
    ...bytesOf('ff:ff:ff:ff:ff:ff'),
    ...mac,
    ...bytesOf('08:06:00:01:08:00:06:04:00:01'),
    ...mac,
    ...address,
    ...bytesOf('00:00:00:00:00:00'),
    ...address,
  ]);
  const frames: Uint8Array[] = [];
  const recorder = inRight(() =>
    capture(pair.right.ifindex('eth0'), (frame) => frames.push(frame)),
  );
  using sender = inLeft(() => new PacketSocket(pair.left.ifindex('eth0')));

  sender.send(announcement);

  const found = await eventually(() =>
    frames.find((frame) => frame[12] === 8 && frame[13] === 6 && frame[31] === 50),
  );
  recorder[Symbol.dispose]();
  expect(found.slice(0, announcement.length)).toEqual(announcement);
});

test('a packet socket for one protocol stays silent about others', async () => {
  const frames: Uint8Array[] = [];
  using socket = inRight(
    () =>
      new PacketSocket(pair.right.ifindex('eth0'), { protocol: etherType.arp, incomingOnly: true }),
  );
  socket.watch((frame) => frames.push(frame));

  pair.left.ip('neigh flush dev eth0');
  expect(pair.left.reaches('10.9.0.2')).toBe(true);
  await eventually(() => frames[0]);

  expect(frames.every((frame) => frame[12] === 8 && frame[13] === 6)).toBe(true);
});

test.each([
  { family: 'ipv4', group: '224.0.0.18', from: /^10\.9\.0\.1$/, payloadAt: 20 },
  { family: 'ipv6', group: 'ff02::12', from: /^fe80::/, payloadAt: 0 },
] as const)(
  'a raw $family socket sends to a group and receives from it',
  async ({ family, group, from, payloadAt }) => {
    const packets: { packet: Uint8Array; from: string }[] = [];
    using receiver = inRight(() =>
      new RawIpSocket(family, 112).joinGroup(group, pair.right.ifindex('eth0'), 255),
    );
    receiver.watch((packet, sender) => packets.push({ packet, from: sender }));
    const ifindex = pair.left.ifindex('eth0');
    using sender = inLeft(() => new RawIpSocket(family, 112).joinGroup(group, ifindex, 255));
    pair.left.run('sysctl', '-qw', 'net.ipv6.conf.eth0.accept_dad=0');

    const payload = Uint8Array.of(0x31, 1, 2, 3, 4, 5, 6, 7);
    const found = await eventually(() => {
      try {
        sender.send(payload, group, ifindex);
      } catch {
        // The link-local address is not usable yet.
      }
      return packets[0];
    });

    expect(found.packet.slice(payloadAt)).toEqual(payload);
    expect(found.from).toMatch(from);
  },
);

test('what is sent to a group has the TTL that was asked for', async () => {
  const timesToLive: (number | undefined)[] = [];
  using receiver = inRight(() =>
    new RawIpSocket('ipv4', 112).joinGroup('224.0.0.18', pair.right.ifindex('eth0'), 255),
  );
  receiver.watch((packet) => timesToLive.push(packet[8]));
  using sender = inLeft(() =>
    new RawIpSocket('ipv4', 112).joinGroup('224.0.0.18', pair.left.ifindex('eth0'), 255),
  );

  sender.send(Uint8Array.of(1, 2, 3, 4), '224.0.0.18');

  expect(await eventually(() => timesToLive[0])).toBe(255);
});

test('lockFile() refuses a second holder and names the first', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'evs-lock-'));
  const file = path.join(directory, 'below', 'evsd.pid');

  {
    using lock = lockFile(file);
    expect(lock.path).toBe(file);
    expect(() => lockFile(file)).toThrow(
      expect.objectContaining({
        code: 'E_DAEMON_RUNNING',
        message: `Process ${process.pid} holds ${file}`,
      }),
    );
  }
  lockFile(file)[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

test('the lock of a process that was killed is free', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'evs-lock-'));
  const file = path.join(directory, 'evsd.pid');
  const holder = spawn('bash', ['-c', `exec 9>${file}; flock 9; echo held; exec sleep 60`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise((resolve) => holder.stdout.once('data', resolve));

  expect(() => lockFile(file)).toThrow(expect.objectContaining({ code: 'E_DAEMON_RUNNING' }));
  holder.kill('SIGKILL');
  const lock = await eventually(() => {
    try {
      return lockFile(file);
    } catch {
      return undefined;
    }
  });

  lock[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});
