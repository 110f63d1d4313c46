import { beforeEach, expect, test } from 'vitest';
import {
  initialState,
  type Command,
  type Counters,
  type DirectorState,
} from '../director/index.ts';
import { EvsError } from '../errors/index.ts';
import { Director } from './director.ts';
import { FakeDataPlane, silentLog } from './fakes.ts';
import { FollowedConfiguration } from './followed.ts';

const key = { kind: 'address', protocol: 'tcp', address: '192.168.37.189', port: 8088 } as const;
const addService: Command = {
  kind: 'addService',
  service: { key, scheduler: 'rr', schedulerFlags: 0, onePacket: false },
};
const addRealServer = (address: string): Command => ({
  kind: 'addRealServer',
  key,
  realServer: {
    address,
    port: 8088,
    method: 'gatewaying',
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    tunnel: { type: 'ipip', port: 0, checksum: 'none' },
  },
});
const counters = (connections: number): Counters => ({
  connections,
  inPackets: 0,
  outPackets: 0,
  inBytes: 0,
  outBytes: 0,
});
const about = {
  version: '1.2.3',
  pid: 7,
  kernel: '6.1.0',
  networkNamespace: 1,
  startedAt: '2026-01-01T00:00:00.000Z',
  connectionTableSize: 1024,
};

const mtuOf = (device: string): number | undefined => (device === 'eth0' ? 1500 : undefined);

let plane: FakeDataPlane;
let replaced: DirectorState[];
let refusal: Error | undefined;
let ended: boolean[];
let changes: number;
let director: Director;

beforeEach(() => {
  plane = new FakeDataPlane();
  replaced = [];
  refusal = undefined;
  ended = [];
  const state = {
    current: initialState,
    replace(next: DirectorState): void {
      if (refusal !== undefined) throw refusal;
      replaced.push(next);
      this.current = next;
    },
  };
  const rates = { ratesOf: () => counters(9), zero: () => undefined };
  const shutdown = (destroy: boolean): void => void ended.push(destroy);
  const followed = new FollowedConfiguration(silentLog);
  const foresight = { changed: () => void (changes += 1) };
  changes = 0;
  const synchroniser = { status: { authenticated: false } };
  director = new Director({
    state,
    plane,
    foresight,
    rates,
    about,
    mtuOf,
    followed,
    synchroniser,
    shutdown,
    log: silentLog,
  });
});

test('many commands change the state once, and a refused one does not stop the rest', () => {
  const results = director.execute([addService, addService, addRealServer('192.168.37.183')]);

  expect(results).toMatchObject([
    { ok: true },
    { ok: false, code: 'E_SERVICE_EXISTS' },
    { ok: true },
  ]);
  expect(replaced).toHaveLength(1);
  expect(director.list()).toMatchObject([{ key, realServers: [{ address: '192.168.37.183' }] }]);
});

test('all or nothing: a refused command keeps the others from being carried out', () => {
  expect(() => {
    director.executeAll([addService, addService]);
  }).toThrow(/there already/);
  expect(replaced).toEqual([]);

  director.executeAll([addService, addRealServer('192.168.37.183')]);
  expect(director.list()).toHaveLength(1);
});

test('commands that were made ready are carried out on what other changes led to meanwhile', async () => {
  const commands = [addService, addRealServer('192.168.37.183')];
  await director.prepare(commands);
  director.execute([addService]);

  expect(director.execute(commands)).toMatchObject([{ code: 'E_SERVICE_EXISTS' }, { ok: true }]);
  expect(director.list()).toMatchObject([{ realServers: [{ address: '192.168.37.183' }] }]);
});

test('commands that were made ready once may be carried out twice', async () => {
  const commands = [addService];
  await director.prepare(commands);

  expect(director.execute(commands)).toEqual([{ ok: true }]);
  expect(director.execute(commands)).toMatchObject([{ code: 'E_SERVICE_EXISTS' }]);
});

test('if the data plane refuses, every command has failed for that reason', () => {
  refusal = new EvsError('E_TABLE_FULL', 'Cannot add', { hint: 'Delete' });

  const results = director.execute([addService, addService]);

  expect(results).toMatchObject([
    { ok: false, code: 'E_TABLE_FULL', message: 'Cannot add', hint: 'Delete' },
    { ok: false, code: 'E_SERVICE_EXISTS' },
  ]);
});

test('a mistake of ours is no result', () => {
  refusal = new TypeError('Cannot read properties of undefined');

  expect(() => director.execute([addService])).toThrow(TypeError);
});

test('zeroing reaches the data plane for services that are there', () => {
  director.execute([addService, { kind: 'zero', key }, { kind: 'zero' }]);
  const missing = director.execute([{ kind: 'zero', key: { ...key, port: 1 } }]);

  expect(plane.zeroed).toEqual([key, undefined]);
  expect(missing).toMatchObject([{ ok: false, code: 'E_NO_SERVICE' }]);
});

test('list() joins the configuration with counts, and with zeros where nothing was counted', () => {
  director.execute([addService, addRealServer('192.168.37.183'), addRealServer('192.168.37.184')]);
  const status = {
    activeConnections: 3,
    inactiveConnections: 1,
    persistentConnections: 0,
    counters: counters(4),
    rates: counters(0),
  };
  const server = { key: { address: '192.168.37.183', port: 8088 }, status };
  plane.planeStatus = { services: [{ key, status, realServers: [server] }] };

  const [service] = director.list();

  expect(service).toMatchObject({ counters: counters(4), rates: counters(9) });
  const active = service?.realServers.map((one) => [one.address, one.status.activeConnections]);
  expect(Object.fromEntries(active ?? [])).toEqual({ '192.168.37.183': 3, '192.168.37.184': 0 });
  expect(director.status()).toMatchObject({ ...about, connections: 4 });
});

test('shutdown() passes on whether the data plane goes, too', () => {
  director.shutdown(true);

  expect(ended).toEqual([true]);
});

test('a synchronisation daemon is noted, with the length of messages that its device gives it', () => {
  const daemon = {
    role: 'backup',
    device: 'eth0',
    syncId: 3,
    maximumLength: 0,
    group: '224.0.0.81',
    port: 8848,
    timeToLive: 1,
  } as const;
  const results = director.execute([
    { kind: 'startDaemon', daemon },
    { kind: 'startDaemon', daemon },
    { kind: 'startDaemon', daemon: { ...daemon, role: 'master', device: 'nosuch' } },
  ]);
  expect(results).toMatchObject([
    { ok: true },
    { code: 'E_SYNC_RUNNING' },
    { code: 'E_NO_DEVICE' },
  ]);
  expect(director.synchronisation()).toEqual([{ ...daemon, maximumLength: 1472 }]);
});
