import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { DataPlane, defaultCapacities } from '../../src/dataplane/index.ts';
import { defineMaps } from '../../src/dataplane/maps.ts';
import type { Command } from '../../src/director/index.ts';
import { openPinnedMap } from '../../src/linux/index.ts';
import { attachedProgram, showProgram } from './attached-program.ts';
import { cable, run, TestNamespace } from './network.ts';
import { patient } from './slowness.ts';
import { buildPrograms, TestDaemon } from './test-daemon.ts';

let director: TestNamespace;
let server: TestNamespace;
let daemon: TestDaemon;

beforeAll(() => void buildPrograms());
beforeEach(() => {
  director = new TestNamespace('evsl');
  server = new TestNamespace('evsr');
  cable(
    { namespace: director, device: 'eth0', address: '10.9.0.1/24' },
    { namespace: server, device: 'eth0', address: '10.9.0.2/24' },
  );
  daemon = new TestDaemon(director);
});
afterEach(async () => {
  await daemon.remove();
  director[Symbol.dispose]();
  server[Symbol.dispose]();
});

const key = { kind: 'address', protocol: 'tcp', address: '10.9.0.1', port: 80 } as const;
const addService: Command = {
  kind: 'addService',
  service: { key, scheduler: 'rr', schedulerFlags: 0, onePacket: false },
};
const addRealServer = (address: string, port = 80): Command => ({
  kind: 'addRealServer',
  key,
  realServer: {
    address,
    port,
    method: 'gatewaying',
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    tunnel: { type: 'ipip', port: 0, checksum: 'none' },
  },
});
/** However busy the machine is. */
const eventually = (check: () => unknown): Promise<unknown> =>
  vi.waitFor(check, { timeout: patient(30_000) });
const deviceNames = async (): Promise<string[]> =>
  (await daemon.client.status()).devices.map(({ name }) => name);

test('one daemon serves a namespace; the second is told who does', async () => {
  await daemon.start();

  const second = new TestDaemon(director, daemon.directory);
  await expect(second.start()).rejects.toThrow(`Process ${daemon.pid} holds`);
});

test('a daemon that is stopped leaves the data plane running', async () => {
  await daemon.start();
  await daemon.client.execute([addService, addRealServer('10.9.0.2')]);

  await daemon.kill('SIGTERM');

  using plane = DataPlane.open({ pinDirectory: daemon.pinDirectory });
  expect(plane.status().services).toMatchObject([{ key, realServers: [{}] }]);
  expect(existsSync(daemon.socket)).toBe(false);
});

test('a director that is taken down leaves nothing behind', async () => {
  await daemon.start();
  await daemon.client.execute([addService, addRealServer('10.9.0.2')]);
  expect(director.run('sysctl', '-n', 'net.ipv4.conf.lo.accept_local').trim()).toBe('1');
  const attached = attachedProgram(director, daemon.pinDirectory, 'lo');
  expect(attached?.name).toBe('evs_director');

  await daemon.client.shutdown(true);

  await eventually(() => expect(existsSync(daemon.directory)).toBe(false));
  expect(existsSync(daemon.pinDirectory)).toBe(false);
  expect(director.run('sysctl', '-n', 'net.ipv4.conf.lo.accept_local').trim()).toBe('0');
  await eventually(() => expect(() => showProgram(attached?.id ?? 0)).toThrow('Command failed'));
});

test('devices that appear are balanced on, those that vanish are forgotten', async () => {
  await daemon.start();
  await daemon.client.execute([addService, addRealServer('10.9.0.2')]);
  expect(await deviceNames()).toEqual(['lo', 'eth0']);

  director.ip('link add eth1 type veth peer name eth2');
  director.ip('link set eth1 up');
  await eventually(async () => expect(await deviceNames()).toContain('eth1'));

  director.ip('link del eth1');
  await eventually(async () => expect(await deviceNames()).toEqual(['lo', 'eth0']));
  const more = await daemon.client.execute([addRealServer('10.9.0.3')]);
  expect(more).toEqual([{ ok: true }]);
});

test('a hook that a driver does not have is reported, and the service carried out elsewhere', async () => {
  director.ip('link add br0 type bridge');
  director.ip('link set br0 up');
  await daemon.start('--device', 'eth0=xdp-generic', '--device', 'br0=xdp');

  const results = await daemon.client.execute([addService, addRealServer('10.9.0.2')]);

  expect(results).toEqual([{ ok: true }, { ok: true }]);
  expect(daemon.words).toContain('Cannot balance on the device');
  expect((await daemon.client.status()).devices).toMatchObject([
    { name: 'lo', hook: 'tc' },
    { name: 'eth0', hook: 'xdp-generic' },
  ]);
});

test('a command that follows the end of a device at once is carried out', async () => {
  director.ip('link add eth1 type veth peer name eth2');
  director.ip('link set eth1 up');
  await daemon.start();
  await daemon.client.execute([addService, addRealServer('10.9.0.2')]);

  director.ip('link del eth1');
  const [answer] = await daemon.client.execute([
    { kind: 'editService', service: { ...addService.service, scheduler: 'wlc' } },
  ]);

  expect(answer).toEqual({ ok: true });
});

test('the MAC address of a real server is found, and followed when it changes', async () => {
  await daemon.start('--log-level', 'debug');
  await daemon.client.execute([addService, addRealServer('10.9.0.2')]);
  await eventually(() => expect(hopMac()).toBe(server.mac('eth0')));

  server.ip('link set eth0 address 02:00:00:00:99:99');
  director.ip('neigh flush dev eth0');

  await eventually(() => expect(hopMac()).toBe('02:00:00:00:99:99'));
});

/** The MAC address in the first real server's slot. */
function hopMac(): string {
  const pin = `${daemon.pinDirectory}/tables/real_servers`;
  const dump = run('bpftool', '-j', 'map', 'lookup', 'pinned', pin, 'key', '1', '0', '0', '0');
  const { value } = JSON.parse(dump) as { value: string[] };
  return value
    .slice(0, 6)
    .map((byte) => Number(byte).toString(16).padStart(2, '0'))
    .join(':');
}

test('frames go to the other end of a veth device until a queue is put on it', async () => {
  await daemon.start();
  await daemon.client.execute([addService, addRealServer('10.9.0.2')]);
  const withCode = programBytes();
  expect(peers()).toEqual([director.ifindex('eth0')]);

  director.run('tc', 'qdisc', 'add', 'dev', 'eth0', 'root', 'pfifo');
  await eventually(() => expect(peers()).toEqual([]));

  await daemon.kill('SIGTERM');
  await daemon.start('--no-fast-path');
  expect(programBytes()).toBeLessThan(withCode);
});

/** Devices of the set, of the first 256. */
function peers(): number[] {
  using table = openPinnedMap(`${daemon.pinDirectory}/peers`, defineMaps(defaultCapacities).peers);
  const bits = [0, 1, 2, 3].map((index) => table.get({ index })?.bits ?? 0n);
  const has = (ifindex: number): boolean =>
    (((bits[ifindex >> 6] ?? 0n) >> BigInt(ifindex & 63)) & 1n) === 1n;
  return Array.from({ length: 256 }, (_, ifindex) => ifindex).filter(has);
}

/** Size of the tc program on the device. */
const programBytes = (): number =>
  attachedProgram(director, daemon.pinDirectory, 'eth0')?.bytes_xlated ?? 0;

test('a state file that nobody can read stops the daemon, not the data plane', async () => {
  await daemon.start();
  await daemon.client.execute([addService, addRealServer('10.9.0.2')]);
  await daemon.kill();
  const text = readFileSync(daemon.stateFile, 'utf8');
  writeFileSync(daemon.stateFile, text.slice(0, 50));

  await expect(daemon.start()).rejects.toThrow('it is not JSON');
  expect(existsSync(`${daemon.pinDirectory}/tables/services`)).toBe(true);

  writeFileSync(daemon.stateFile, text);
  await daemon.start();
  expect(await daemon.client.services()).toHaveLength(1);
});

test('the state of a namespace that is gone is not taken over', async () => {
  await daemon.start();
  await daemon.client.execute([addService]);
  await daemon.kill();
  const text = readFileSync(daemon.stateFile, 'utf8');
  writeFileSync(daemon.stateFile, text.replace(/"owner":"[^"]*"/, '"owner":"somebody else"'));

  await daemon.start();

  expect(await daemon.client.services()).toEqual([]);
  using plane = DataPlane.open({ pinDirectory: daemon.pinDirectory });
  expect(plane.status().services).toEqual([]);
});

test('what a namespace that is gone left is removed by the next daemon, what lives is not', async () => {
  let pins = '';
  await daemon.start();
  await daemon.client.execute([addService]);
  await daemon.kill();
  {
    using namespace = new TestNamespace('evsg');
    const dead = new TestDaemon(namespace);
    pins = dead.pinDirectory;
    await dead.start();
    await dead.client.execute([addService]);
    await dead.kill();
    rmSync(dead.directory, { recursive: true });
  }

  const other = new TestDaemon(server);
  await other.start();

  await eventually(() => expect(existsSync(pins)).toBe(false));
  expect(existsSync(`${daemon.pinDirectory}/settings`)).toBe(true);
  await other.remove();
});

test('--detach returns when the daemon answers, or with the reason why it never will', () => {
  const evsd = (): string => daemon.startDetached();

  evsd();
  expect(existsSync(daemon.socket)).toBe(true);
  expect(evsd).toThrow(/Process \d+ holds/);
});
