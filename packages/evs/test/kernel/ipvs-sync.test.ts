import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { initialSettings, type SynchronisationRole } from '../../src/director/index.ts';
import { KernelIpvs, PacketSocket, withNetworkNamespace } from '../../src/linux/index.ts';
import { Authentication } from '../../src/sync/authentication.ts';
import { Backup } from '../../src/sync/host/backup.ts';
import { Master } from '../../src/sync/host/master.ts';
import type { SynchronisedPlane } from '../../src/sync/host/ports.ts';
import { frame, tcp, udp, type TcpFlagName } from '../fixtures/packets.ts';
import { addServer, addService, realServer, serviceKey } from '../fixtures/test-director.ts';
import { arriving, clientDevice, resolveServers, topologies } from '../fixtures/topology.ts';
import { KernelDirector } from './kernel-director.ts';
import { cable, TestNamespace } from './network.ts';

const hasIpvs = ((): boolean => {
  using kernel = KernelIpvs.open();
  return kernel !== undefined;
})();
const needsIpvs = hasIpvs
  ? ''
  : ' (skipped: this kernel has no ip_vs; scripts/test-vm ipvs-sync runs it)';

const { client, vip, servers } = topologies.ipv4;
const [server] = servers;
const target = { ...server, port: vip.port };

/** The kernel's director with a client's wire, and a namespace for ours. */
let theirs: TestNamespace;
let ours: TestNamespace;
let clients: TestNamespace;
/** Announces always: one program less to verify. */
const director = new KernelDirector();
director.announcing = true;
const ended: Disposable[] = [];

beforeEach(() => {
  [theirs, ours, clients] = [
    new TestNamespace('evyk'),
    new TestNamespace('evyo'),
    new TestNamespace('evyc'),
  ];
  cable(
    { namespace: theirs, device: 'eth0', address: '10.0.0.1/24' },
    { namespace: ours, device: 'eth0', address: '10.0.0.2/24' },
  );
  cable(
    { namespace: theirs, device: 'c0', address: '198.51.100.1/24' },
    { namespace: clients, device: 'eth0', address: `${client.address}/24` },
  );
  theirs.ip(`addr add ${vip.address}/32 dev lo`);
  director.restart();
});
afterEach(() => {
  for (const part of ended.splice(0)) part[Symbol.dispose]();
  for (const namespace of [theirs, ours, clients]) namespace[Symbol.dispose]();
});

afterAll(() => director[Symbol.dispose]());

const ipvsadm = (words: string): string => theirs.run('ipvsadm', ...words.split(' '));
const setting = (name: string, value: string): string =>
  theirs.run('sysctl', '-qw', `net.ipv4.vs.${name}=${value}`);
/** Lines of a listing of the kernel's connections. */
const theirConnections = (): string[] =>
  withNetworkNamespace(theirs.path, () =>
    readFileSync('/proc/net/ip_vs_conn_sync', 'utf8').trim().split('\n').slice(1),
  );

/** Services of both protocols on the kernel's director and on ours. */
function serve(persistence: string): void {
  for (const [letter, protocol] of [
    ['t', 'tcp'],
    ['u', 'udp'],
  ] as const) {
    const at = `-${letter} ${vip.address}:${vip.port}`;
    ipvsadm(`-A ${at} -s rr${persistence}`);
    ipvsadm(`-a ${at} -r ${target.address}:${target.port} -g`);
    const key = serviceKey(vip, protocol);
    const service = persistence === '' ? {} : { persistence: { timeoutSeconds: 300, mask: 32 } };
    director.apply(
      addService(key, 'rr', service),
      addServer(key, realServer(target, 'gatewaying')),
    );
  }
  resolveServers(director, 'ipv4', clientDevice);
}

/** Packets of the client to the kernel's director. */
function send(...packets: Uint8Array[]): void {
  const macOf = (host: TestNamespace, device: string): Uint8Array =>
    Uint8Array.from(host.mac(device).split(':'), (part) => Number.parseInt(part, 16));
  const ethernet = { destination: macOf(theirs, 'c0'), source: macOf(clients, 'eth0') };
  withNetworkNamespace(clients.path, () => {
    using socket = new PacketSocket(clients.ifindex('eth0'));
    for (const packet of packets) socket.send(frame(packet, ethernet));
  });
}

const segments = (port: number, ...flags: TcpFlagName[][]): Uint8Array[] =>
  flags.map((each) => tcp({ ...client, port }, vip, { flags: each }));

const datagrams = (port: number): Uint8Array[] =>
  Array.from({ length: 3 }, () => udp({ ...client, port }, vip));

/** Packets of the client to our director. */
function arrive(...packets: Uint8Array[]): void {
  for (const packet of packets) director.run('xdp', arriving(packet));
}

const daemon = (role: SynchronisationRole) => ({
  daemon: {
    role,
    device: 'eth0',
    syncId: 9,
    maximumLength: 1472,
    group: '224.0.0.81',
    port: 8848,
    timeToLive: 1,
  },
  attachment: { device: 'eth0', ifindex: ours.ifindex('eth0'), address: '10.0.0.2' },
  authentication: new Authentication(),
  log: { info: () => undefined, warn: () => undefined },
});

/** Our director’s tables, without its devices. */
const planeOf = (overrides: Partial<SynchronisedPlane>): SynchronisedPlane => ({
  watchAnnouncements: () => ({ [Symbol.dispose]: () => undefined }),
  lostAnnouncements: () => 0,
  synchronisedConnections: () => [],
  adopt: (connections) => director.adopt(...connections),
  ...overrides,
});

/** Our backup, which hears what theirs sends. */
function startBackup(): Backup {
  const backup = withNetworkNamespace(
    ours.path,
    () =>
      new Backup({
        ...daemon('backup'),
        settings: initialSettings,
        plane: planeOf({}),
        ifindexTo: () => clientDevice,
      }),
  );
  ended.push(backup);
  return backup;
}

/** Our master, to whom the director’s announcements are handed by `tell`. */
function startMaster(version: number, authentication = new Authentication()) {
  let onConnection: Parameters<SynchronisedPlane['watchAnnouncements']>[0] = () => undefined;
  const watchAnnouncements = (callBack: typeof onConnection): Disposable => {
    onConnection = callBack;
    return { [Symbol.dispose]: () => undefined };
  };
  const master = withNetworkNamespace(
    ours.path,
    () =>
      new Master({
        ...daemon('master'),
        authentication,
        settings: { ...initialSettings, sync_version: version },
        plane: planeOf({ watchAnnouncements }),
        count: () => 0,
      }),
  );
  ended.push(master);
  const tell = (): void => {
    for (const connection of director.announcements()) onConnection(connection);
  };
  return { master, tell };
}

const byText = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : 1);
const eventually = (check: () => void): Promise<void> =>
  vi.waitFor(check, { timeout: 60_000, interval: 200 });

test.skipIf(!hasIpvs).each(['0', '1'])(
  `what ip_vs sends in version %s goes on here${needsIpvs}`,
  async (version) => {
    serve('');
    setting('sync_version', version);
    ipvsadm('--start-daemon master --mcast-interface eth0 --syncid 9');
    const backup = startBackup();

    send(...segments(1001, ['syn'], ['ack'], ['ack']));
    send(...segments(1002, ['syn'], ['ack'], ['fin', 'ack']));
    send(...datagrams(1003));

    await eventually(() => {
      expect(director.connections()).toHaveLength(3);
    });
    const states = director
      .connections()
      .map(({ client: { port }, state, destination }) => [port, state, destination.address]);
    expect(states.toSorted(byText)).toEqual([
      [1001, 'ESTABLISHED', target.address],
      [1002, 'FIN_WAIT', target.address],
      [1003, 'UDP', target.address],
    ]);
    expect(director.countsOf(target.address)).toMatchObject({ active: 1, inactive: 1 });
    expect(backup.status.rejected).toEqual({});
  },
);

test.skipIf(!hasIpvs)(`what ip_vs tells of templates goes on here${needsIpvs}`, async () => {
  serve(' -p 300');
  ipvsadm('--start-daemon master --mcast-interface eth0 --syncid 9');
  startBackup();

  send(...segments(1001, ['syn'], ['ack'], ['ack']));

  await eventually(() => {
    expect(director.templates()).toMatchObject([
      { client: { ...client, port: 0 }, virtual: vip, destination: target },
    ]);
  });
  expect(director.persistent()).toEqual({ [target.address]: 1 });
});

test.skipIf(!hasIpvs).each([0, 1] as const)(
  `ip_vs takes what we send in version %i${needsIpvs}`,
  async (version) => {
    serve(version === 1 ? ' -p 300' : '');
    ipvsadm('--start-daemon backup --mcast-interface eth0 --syncid 9');
    const { tell } = startMaster(version);
    arrive(
      ...segments(1001, ['syn'], ['ack'], ['ack']),
      ...segments(1002, ['syn'], ['ack'], ['fin', 'ack']),
      ...datagrams(1003),
    );
    tell();

    const templates = version === 1 ? 2 : 0;
    await eventually(() => {
      expect(theirConnections()).toHaveLength(3 + templates);
    });
    // In hexadecimal: protocol, client, VIP, real server, state, origin.
    const said = theirConnections().map((line) => line.trim().split(/\s+/));
    expect(said.map((words) => words[8])).toEqual(said.map(() => 'SYNC'));
    const connections = said.filter((words) => words[2] !== '0000');
    expect(
      connections.map((words) => [words[0], words[2], words[6], words[7]]).toSorted(byText),
    ).toEqual([
      ['TCP', '03E9', '0050', 'ESTABLISHED'],
      ['TCP', '03EA', '0050', 'FIN_WAIT'],
      ['UDP', '03EB', '0050', 'UDP'],
    ]);
    expect(ipvsadm(`-Ln -t ${vip.address}:${vip.port}`)).toMatch(
      new RegExp(`${target.address}:80 +Route +1 +1 +1 *\n`),
    );
  },
);

test.skipIf(!hasIpvs)(`a key’s messages are nothing to ip_vs${needsIpvs}`, async () => {
  serve('');
  ipvsadm('--start-daemon backup --mcast-interface eth0 --syncid 9');
  const { master, tell } = startMaster(1, new Authentication(Buffer.alloc(32, 1)));
  arrive(...segments(1001, ['syn'], ['ack']));
  tell();
  await eventually(() => {
    expect(master.status.messages).toBe(1);
  });

  await delay(500);
  expect(theirConnections()).toEqual([]);
});
