import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectDirector, type DirectorClient } from '../api/index.ts';
import { Daemon, type DaemonOptions } from './daemon.ts';
import { FakeDataPlane, fakeDevice, FakeNetwork, silentLog } from './fakes.ts';
import { FollowedConfiguration } from './followed.ts';
import { runtimeFiles } from './runtime-files.ts';
import { StateFile } from './state-file.ts';

vi.mock(import('./pin-home.ts'), () => ({
  findPinHome: () => ({ directory: path.join(directory, 'bpf'), lasting: true }),
}));

let directory: string;
let plane: FakeDataPlane;
let network: FakeNetwork & Disposable;
let client: DirectorClient;
let options: DaemonOptions;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'evs-daemon-'));
  plane = new FakeDataPlane();
  network = Object.assign(new FakeNetwork(), { [Symbol.dispose]: () => undefined });
  network.deviceList = [fakeDevice(2, 'eth0', { kind: 'veth' })];
  const files = runtimeFiles(1, path.join(directory, 'run'));
  client = connectDirector(files.socket);
  options = {
    settings: {
      detach: false,
      fresh: false,
      logLevel: 'silent',
      hook: 'auto',
      devices: new Map(),
      fastPath: true,
    },
    version: '1.2.3',
    namespace: { inode: 1, owner: 'me' },
    files,
    log: silentLog,
    network,
    openPlane: () => plane,
    connectionTableSize: 1024,
    followed: new FollowedConfiguration(silentLog),
  };
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const timeouts = { tcp: 1, tcpFin: 2, udp: 3 };

test('a daemon answers on its socket, and commands reach file and data plane', async () => {
  const daemon = await Daemon.start(options);

  await client.setTimeouts(timeouts);

  expect(await client.status()).toMatchObject({ version: '1.2.3', devices: [{ name: 'eth0' }] });
  expect(plane.published.at(-1)?.timeouts).toEqual(timeouts);
  expect(new StateFile(options.files.state).read()?.state.timeouts).toEqual(timeouts);
  await daemon.stop(false);
});

test('the next daemon begins with the state of the one before', async () => {
  const first = await Daemon.start(options);
  await client.setTimeouts(timeouts);
  await first.stop(false);
  plane = new FakeDataPlane();

  const second = await Daemon.start({ ...options, openPlane: () => plane });

  expect(plane.published.map((state) => state.timeouts)).toEqual([timeouts]);
  await second.stop(false);
});

test('--fresh sets that state aside', async () => {
  const first = await Daemon.start(options);
  await client.setTimeouts(timeouts);
  await first.stop(false);

  const second = await Daemon.start({ ...options, settings: { ...options.settings, fresh: true } });

  expect((await client.timeouts()).tcp).toBe(900);
  expect(readFileSync(`${options.files.state}.discarded`, 'utf8')).toContain('"tcp":1');
  await second.stop(false);
});

test('stopped by a client: the data plane is closed, or destroyed and all files removed', async () => {
  const first = await Daemon.start(options);
  await client.shutdown(false);
  await first.stopped;
  expect(plane).toMatchObject({ destroyed: false, disposed: true });
  expect(existsSync(options.files.state)).toBe(true);

  const second = await Daemon.start(options);
  await client.shutdown(true);
  await second.stopped;
  expect(plane.destroyed).toBe(true);
  expect(existsSync(options.files.directory)).toBe(false);
});

test('a daemon that cannot start lets the next one try', async () => {
  vi.spyOn(network, 'devices').mockImplementationOnce(() => {
    throw new Error('No');
  });
  await expect(Daemon.start(options)).rejects.toThrow('No');

  const second = await Daemon.start(options);
  await second.stop(false);
});

test('a second daemon is refused while the first one runs', async () => {
  const first = await Daemon.start(options);

  await expect(Daemon.start(options)).rejects.toThrow(
    expect.objectContaining({ code: 'E_DAEMON_RUNNING' }),
  );

  expect(await client.timeouts()).toMatchObject({ tcp: 900 });
  await first.stop(false);
});
