import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Command, SynchronisationRole } from '../../src/director/index.ts';
import type { BackupStatus } from '../../src/sync/index.ts';
import { MessageWriter } from '../../src/sync/wire/message-writer.ts';
import { addressBytes } from '../../src/packet/index.ts';
import { establishedByDirectRouting } from '../fixtures/synchronised-connections.ts';
import {
  addServer,
  addService,
  deleteServer,
  realServer,
  serviceKey,
} from '../fixtures/test-director.ts';
import { cable, TestNamespace } from './network.ts';
import { buildPrograms, TestDaemon } from './test-daemon.ts';

/** Two directors on a wire of their own; both have a service, and packets come from nobody. */
const vip = { address: '192.0.2.80', port: 80 };
const server = { address: '192.0.2.11', port: 80 };
const key = serviceKey(vip);
const configuration: readonly Command[] = [
  addService(key),
  addServer(key, realServer(server, 'gatewaying')),
];

let namespaces: readonly [TestNamespace, TestNamespace];
let directors: readonly [TestDaemon, TestDaemon];

beforeAll(() => void buildPrograms());
beforeEach(() => {
  namespaces = [new TestNamespace('evya'), new TestNamespace('evyb')];
  const [left, right] = namespaces;
  cable(
    { namespace: left, device: 'eth0', address: '10.9.0.1/24' },
    { namespace: right, device: 'eth0', address: '10.9.0.2/24' },
  );
  for (const namespace of namespaces) namespace.ip('route add 192.0.2.0/24 dev eth0');
  directors = [new TestDaemon(left), new TestDaemon(right)];
});
afterEach(async () => {
  for (const director of directors) await director.remove();
  for (const namespace of namespaces) namespace[Symbol.dispose]();
});

const startDaemon = (role: SynchronisationRole, syncId = 9): Command => ({
  kind: 'startDaemon',
  daemon: {
    role,
    device: 'eth0',
    syncId,
    maximumLength: 0,
    group: '224.0.0.81',
    port: 8848,
    timeToLive: 1,
  },
});

async function command(director: TestDaemon, ...commands: Command[]): Promise<void> {
  const results = await director.client.execute(commands);
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
}

const eventually = (check: () => Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 30_000, interval: 50 });

const backupStatus = async (): Promise<BackupStatus | undefined> =>
  (await directors[1].client.synchronisationStatus()).backup;

/** What another director of this net would send to our backup. */
function sendForeign(...messages: readonly Uint8Array[]): void {
  const file = `${import.meta.dirname}/send-multicast.ts`;
  const words = ['--import', 'tsx', file, '10.9.0.1', '224.0.0.81', '8848'];
  const texts = messages.map((message) => Buffer.from(message).toString('hex'));
  namespaces[0].run(process.execPath, ...words, ...texts);
}

/** Messages with connections of our service from ports on. */
function messagesOf(ports: readonly number[]): Uint8Array[] {
  const writer = new MessageWriter({ version: 1, syncId: 9, maximumLength: 1472 });
  const connection = {
    ...establishedByDirectRouting,
    virtual: addressBytes(vip.address),
    destination: addressBytes(server.address),
  };
  const full = ports.map((clientPort) => writer.add({ ...connection, clientPort }));
  return [...full, writer.take()].filter((message) => message !== undefined);
}

const portsFrom = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + index);

test('a director that joins gets everything from the one that is active, and hears the rest', async () => {
  const [active, joining] = directors;
  await active.start();
  await command(active, ...configuration, startDaemon('backup'));
  sendForeign(...messagesOf(portsFrom(1, 500)));
  await eventually(async () => {
    expect(await active.client.connections()).toHaveLength(500);
  });
  await command(active, { kind: 'stopDaemon', role: 'backup' }, startDaemon('master'));
  await joining.start();
  await command(joining, ...configuration, startDaemon('backup'));

  await eventually(async () => {
    expect((await backupStatus())?.peers).toMatchObject([
      {
        address: '10.9.0.1',
        missed: 0,
        resynchronisation: { state: 'done', completed: 1, received: 500, total: 500 },
      },
    ]);
  });
  expect(await joining.client.connections()).toHaveLength(500);
  const [service] = await joining.client.services();
  expect(service?.realServers[0]?.status).toMatchObject({
    activeConnections: 500,
    inactiveConnections: 0,
  });
  const { master } = await active.client.synchronisationStatus();
  expect(master?.answers).toMatchObject([
    { peer: '10.9.0.2', state: 'done', sent: 500, total: 500 },
  ]);
  expect(master?.problem).toBeUndefined();

  sendForeign(...messagesOf([600]));
  await eventually(async () => {
    expect(await joining.client.connections()).toHaveLength(501);
  });
});

test('a connection whose real server is configured later is entered then', async () => {
  const [, backup] = directors;
  await backup.start();
  await command(backup, ...configuration, startDaemon('backup'));
  await command(backup, deleteServer(key, server));
  sendForeign(...messagesOf([7]));
  await eventually(async () => {
    expect(await backupStatus()).toMatchObject({ waiting: 1 });
  });

  await command(backup, addServer(key, realServer(server, 'gatewaying')));

  expect(await backupStatus()).toMatchObject({ waiting: 0 });
  expect(await backup.client.connections()).toHaveLength(1);
});

test('what is no message is counted by reason and does nothing', async () => {
  const [, backup] = directors;
  await backup.start();
  await command(backup, ...configuration, startDaemon('backup'));
  const [message = new Uint8Array()] = messagesOf([7]);
  const otherId = Uint8Array.from(message);
  otherId[1] = 8;
  const random = Array.from({ length: 200 }, (_, length) => randomBytes(length + 8));

  sendForeign(message.subarray(0, 20), Uint8Array.of(1), otherId, ...random, message);

  await eventually(async () => {
    expect(await backupStatus()).toMatchObject({ connections: 1 });
  });
  const status = await backupStatus();
  expect(status?.rejected).toMatchObject({ 'cut short': 1, 'wrong sync id': 1 });
  expect(status?.rejected['wrong size']).toBeGreaterThan(150);
  expect(status?.outcomes).toEqual({ made: 1 });
});

test('directors with a key take nothing from those without, or with another', async () => {
  const [master, backup] = directors;
  const keys = directors.map(({ directory }, index) => {
    const file = path.join(directory, 'key');
    writeFileSync(file, Buffer.alloc(32, index));
    return file;
  }) as [string, string];
  await backup.start('--sync-key', keys[1]);
  await command(backup, ...configuration, startDaemon('backup'));
  await master.start('--sync-key', keys[0]);
  await command(master, ...configuration, startDaemon('master'));
  sendForeign(...messagesOf([7]));
  await eventually(async () => {
    const status = await backupStatus();
    expect(status?.rejected['not authentic']).toBeGreaterThan(1);
    expect(status?.peers).toEqual([]);
  });
  expect(await backup.client.connections()).toEqual([]);

  await master.kill('SIGTERM');
  await master.start('--sync-key', keys[1]);
  await eventually(async () => {
    expect((await backupStatus())?.peers).toMatchObject([{ resynchronisation: { state: 'done' } }]);
  });
  expect(await backup.client.synchronisationStatus()).toMatchObject({ authenticated: true });
});

test('backup_only leaves all packets to the director that is active', async () => {
  const [host, backup] = namespaces;
  const [, director] = directors;
  await director.start();
  await command(director, ...configuration, startDaemon('backup'));
  backup.ip(`addr add ${vip.address}/32 dev eth0`);
  host.ip(`route replace ${vip.address} via 10.9.0.2 dev eth0`);
  // Nobody listens: the host itself refuses, and what is balanced goes to nobody.
  const isBalanced = (): boolean => !host.reaches(vip.address, { port: 80, withinMs: 900 });
  const isRefused = (): boolean => host.reaches(vip.address, { port: 80 });
  expect(isBalanced()).toBe(true);

  await command(director, { kind: 'changeSettings', settings: { backup_only: 1 } });
  expect(isRefused()).toBe(true);
  await command(director, { kind: 'stopDaemon', role: 'backup' });
  expect(isBalanced()).toBe(true);
});
