import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { Attachment } from '../../src/dataplane/control/attachment.ts';
import { Growth } from '../../src/dataplane/control/growth.ts';
import { DataPlane } from '../../src/dataplane/index.ts';
import { keyText } from '../../src/director/index.ts';
import { mountBpfFileSystem, withNetworkNamespace } from '../../src/linux/index.ts';
import { addServer, addService, realServer, serviceKey } from '../fixtures/test-director.ts';
import { run } from './network.ts';
import { HeldConnection, TrafficNetwork } from './traffic-network.ts';

const root = mkdtempSync(path.join(tmpdir(), 'evs-growth-'));
const pins = path.join(root, 'bpf');
const pinDirectory = path.join(pins, 'director');
/** Room for the two services of the network and one more. */
const options = {
  pinDirectory,
  capacities: { connections: 4096, services: 4, realServers: 8, hashTables: 2 },
};
const network = new TrafficNetwork();
const inNamespace = <T>(body: () => T): T => withNetworkNamespace(network.director.path, body);

beforeAll(async () => {
  mountBpfFileSystem(pins);
  await network.serve();
});
beforeEach(() => {
  network.replacePlane(options);
  network.balance({ family: 'ipv4', method: 'masquerading', hook: 'tc' });
});
afterEach(() => {
  vi.restoreAllMocks();
  inNamespace(() => network.plane.destroy());
});
afterAll(() => {
  network[Symbol.dispose]();
  run('umount', pins);
  rmSync(root, { recursive: true });
});

/** Adds services of four real servers each; nobody asks them. */
function add(count: number, net: number, scheduler = 'rr'): void {
  const commands = Array.from({ length: count }, (_, index) => {
    const key = serviceKey({ address: `10.${net}.${index >> 8}.${index & 255}`, port: 80 });
    const servers = [11, 12, 13, 14].map((host) =>
      addServer(key, realServer({ address: `10.98.0.${host}`, port: 80 }, 'masquerading')),
    );
    return [addService(key, scheduler), ...servers];
  });
  network.apply(...commands.flat());
}

interface Counted {
  readonly services: number;
  readonly connections: number;
  readonly packets: number;
  /** By real server: active, inactive, and all so far. */
  readonly servers: readonly (readonly number[])[];
}

/** Counts of the network's TCP service. */
function counted(): Counted {
  const { services } = network.plane.status();
  const found = services.find(({ key }) => keyText(key) === `tcp ${network.vip('ipv4')}:8080`);
  if (found === undefined) throw new Error('The service is gone');
  return {
    services: services.length,
    connections: found.status.counters.connections,
    packets: found.status.counters.inPackets,
    servers: found.realServers.map(({ status }) => [
      status.activeConnections,
      status.inactiveConnections,
      status.counters.connections,
    ]),
  };
}

const total = ({ servers }: Counted, column: number): number =>
  servers.reduce((sum, numbers) => sum + (numbers[column] ?? 0), 0);

test('tables grow under a held connection, and its counts go on', async () => {
  await using connection = new HeldConnection(network, 'ipv4');
  const answer = await connection.ask();
  const before = counted();

  add(40, 90);
  expect(counted()).toMatchObject({ connections: 1, servers: before.servers, services: 42 });
  add(8, 91, 'sh');

  expect(await connection.ask()).toEqual(answer);
  expect(counted()).toMatchObject({ connections: 1, servers: before.servers, services: 50 });
  expect(counted().packets).toBeGreaterThan(before.packets);
  expect(readdirSync(pinDirectory)).not.toContain('tables_old');
  expect(readdirSync(`${pinDirectory}/tables`)).not.toContain('snapshot');
});

test('connections that come while tables grow are all counted', async () => {
  const script = `for i in $(seq 150); do curl -s -o /dev/null -m 5 http://${network.vip('ipv4')}:8080/ && echo ok; done`;
  const client = spawn('ip', ['netns', 'exec', network.client.name, 'bash', '-c', script]);
  const answers = text(client.stdout);
  for (let net = 90; client.exitCode === null; net += 1) {
    if (net < 94) add(4 * 4 ** (net - 90), net);
    await delay(50);
  }

  expect((await answers).match(/ok/g)).toHaveLength(150);
  const { services, connections, servers } = counted();
  expect(services).toBe(2 + 4 + 16 + 64 + 256);
  expect(connections).toBe(150);
  expect(servers.map(([, , each]) => each)).toEqual([75, 75]);
  const listed = [...inNamespace(() => network.plane.connections())];
  expect(total(counted(), 0) + total(counted(), 1)).toBe(listed.length);
});

test('more than a thousand real servers fit into one service', () => {
  const key = serviceKey({ address: '10.90.0.1', port: 80 });
  const servers = Array.from({ length: 1500 }, (_, index) =>
    addServer(
      key,
      realServer({ address: `10.98.${index >> 8}.${index & 255}`, port: 80 }, 'masquerading', {}),
    ),
  );
  network.apply(addService(key, 'wlc'), ...servers);

  const [found] = network.plane.status().services.filter((one) => one.realServers.length > 2);
  expect(found?.realServers).toHaveLength(1500);
  expect(network.request('ipv4')).toMatch(/^rs[12]$/);
});

/** A process that dies there: the next one takes over. */
function restart(): void {
  vi.restoreAllMocks();
  inNamespace(() => {
    network.plane[Symbol.dispose]();
    network.plane = DataPlane.open(options);
  });
}

const moments = [
  ['before the new tables are filled', Growth.prototype, 'fill'],
  ['before the programs are exchanged', Attachment.prototype, 'run'],
  ['before it is settled what the old programs counted', Growth.prototype, 'finish'],
] as const;

test.each(moments)('a process that dies %s loses nothing', async (_, type, method) => {
  await using connection = new HeldConnection(network, 'ipv4');
  const answer = await connection.ask();
  const before = counted();
  vi.spyOn(type as Growth, method as 'fill').mockImplementation(() => {
    throw new Error('killed');
  });

  expect(() => add(20, 90)).toThrow('killed');
  network.request('ipv4');
  network.request('ipv4');
  restart();
  network.publish();
  network.resolve('ipv4');
  network.attach('tc');

  expect(await connection.ask()).toEqual(answer);
  const after = counted();
  expect(after).toMatchObject({ services: 22, connections: before.connections + 2 });
  expect(total(after, 0) + total(after, 1)).toBe(3);
  expect(readdirSync(pinDirectory).filter((name) => name.startsWith('tables'))).toEqual(['tables']);
  restart();
  expect(counted()).toEqual(after);
});
