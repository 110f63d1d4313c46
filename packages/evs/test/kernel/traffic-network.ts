import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { DataPlane, type DataPlaneOptions, type DeviceHook } from '../../src/dataplane/index.ts';
import { decapsulation } from '../../src/dataplane/decapsulation.ts';
import {
  applyCommand,
  initialState,
  type AddressFamily,
  type Command,
  type DirectorState,
  type ForwardingMethod,
  type Tunnel,
} from '../../src/director/index.ts';
import {
  attachClsact,
  attachXdp,
  loadProgram,
  Rtnetlink,
  withNetworkNamespace,
  type Attachment,
  type KernelProgram,
} from '../../src/linux/index.ts';
import type { IpAddress } from '../../src/packet/index.ts';
import { addServer, addService, realServer, serviceKey } from '../fixtures/test-director.ts';
import { verdict } from './hand-made.ts';
import { cable, TestNamespace } from './network.ts';
import { patient } from './slowness.ts';

/** What a host is called on the segment, by family. */
const addressOf: Readonly<Record<AddressFamily, (host: number) => IpAddress>> = {
  ipv4: (host) => `10.7.0.${host}`,
  ipv6: (host) => `fd00:7::${host}`,
};
const hosts = { director: 1, servers: [11, 12], client: 20, vip: 100 } as const;
const port = 8080;
/** For an outer header in front of a full packet. */
const serverSideMtu = 1600;
const clientMtu = 1500;
const families = ['ipv4', 'ipv6'] as const;

export interface Balanced {
  readonly family: AddressFamily;
  readonly method: ForwardingMethod;
  readonly hook: DeviceHook;
  /** Frames go to the other end of the director's device at once. */
  readonly peer?: boolean;
  readonly tunnel?: Tunnel;
  /** Family by which real servers are reached; that of the service unless told otherwise. */
  readonly outer?: AddressFamily;
  /** What the director thinks that the way to the real servers takes. */
  readonly mtu?: number;
}

/**
 * A switch with a director, two real servers and a client, IPv4 and IPv6. The director's data plane belongs to
 * the test; there is no daemon.
 */
export class TrafficNetwork implements Disposable {
  readonly #switch = new TestNamespace('evtw');
  readonly director = new TestNamespace('evtd');
  readonly client = new TestNamespace('evtc');
  readonly servers = hosts.servers.map(() => new TestNamespace('evts'));
  readonly #processes: ChildProcess[] = [];
  readonly #programs: (KernelProgram | Attachment)[] = [];
  #ports = 0;
  /** Assembled programs: tests come back to the same few. */
  readonly #cache = mkdtempSync(path.join(tmpdir(), 'evs-programs-'));
  plane = this.#openPlane({});
  state: DirectorState = initialState;

  constructor() {
    this.#switch.ip('link add br0 type bridge mcast_snooping 0');
    this.#switch.ip(`link set br0 mtu ${serverSideMtu} up`);
    this.#plug(this.director, hosts.director);
    this.#plug(this.client, hosts.client, clientMtu);
    for (const family of families) {
      this.director.ip(addressLine(family, hosts.vip, family === 'ipv4' ? 32 : 128, 'eth0'));
    }
    for (const [index, server] of this.servers.entries()) {
      this.#plug(server, hosts.servers[index] ?? 0);
      this.#prepare(server);
    }
    // As the daemon does: answers to a client on the director come in over lo from an address of its own.
    this.director.run('sysctl', '-qw', 'net.ipv4.conf.lo.accept_local=1');
  }

  /** Returns the name of the switch's port. */
  #plug(host: TestNamespace, number: number, mtu = serverSideMtu): void {
    const name = `port${this.#ports++}`;
    cable({ namespace: host, device: 'eth0' }, { namespace: this.#switch, device: name });
    this.#switch.ip(`link set ${name} mtu ${serverSideMtu} master br0`);
    host.ip(`link set eth0 mtu ${mtu}`);
    for (const family of families) {
      host.ip(addressLine(family, number, family === 'ipv4' ? 24 : 64, 'eth0'));
    }
  }

  /** The VIP stays silent on its lo; tunnels are opened by our own program, as not every kernel can. */
  #prepare(server: TestNamespace): void {
    const arp = ['net.ipv4.conf.all.arp_ignore=1', 'net.ipv4.conf.all.arp_announce=2'];
    server.run('sysctl', '-qw', ...arp, 'net.ipv4.conf.all.accept_redirects=0');
    for (const family of families) {
      server.ip(addressLine(family, hosts.vip, family === 'ipv4' ? 32 : 128, 'lo'));
    }
    withNetworkNamespace(server.path, () => {
      using netlink = new Rtnetlink();
      using program = loadProgram(decapsulation());
      attachClsact(netlink, program, server.ifindex('eth0'), 'ingress', 'evs_decapsulate');
    });
  }

  /** Starts the real servers, `rs1` and `rs2`. */
  async serve(): Promise<void> {
    const starts = this.servers.map(async (server, index) => {
      const file = `${import.meta.dirname}/traffic-server.ts`;
      const own = [hosts.servers[index] ?? 0, hosts.vip];
      const addresses = families.flatMap((family) => own.map((host) => addressOf[family](host)));
      const words = [process.execPath, '--import', 'tsx', file, `rs${index + 1}`, `${port}`];
      const child = spawn('ip', ['netns', 'exec', server.name, ...words, ...addresses], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      this.#processes.push(child);
      await once(child.stdout, 'data');
    });
    await Promise.all(starts);
  }

  /** What native XDP wants of a veth: a program at the other end, and finished checksums. */
  allowNativeXdp(): void {
    if (this.#programs.length > 0) return;
    withNetworkNamespace(this.#switch.path, () => {
      const program = loadProgram(verdict('xdp', 'test_pass', 2));
      this.#programs.push(attachXdp(program, this.#switch.ifindex('port0'), 'native'), program);
    });
    this.#switch.run('ethtool', '-K', 'port0', 'tx', 'off');
  }

  /**
   * A VLAN on all hosts but the switch, 10.8.0.0/24, its VIP 10.8.0.100 ready for direct routing. False if the
   * kernel has no such devices (8021q).
   */
  addVlan(id: number): boolean {
    try {
      this.client.ip('link add link eth0 name probe type vlan id 4000');
    } catch (error) {
      if (String(error).includes('Unknown device type')) return false;
      throw error;
    }
    const all = [
      [this.director, hosts.director],
      [this.client, hosts.client],
      ...this.servers.map((server, index) => [server, hosts.servers[index] ?? 0] as const),
    ] as const;
    for (const [host, number] of all) {
      host.ip(`link add link eth0 name vlan${id} type vlan id ${id}`);
      host.ip(`addr add 10.8.0.${number}/24 dev vlan${id}`);
      host.ip(`link set vlan${id} up`);
    }
    this.director.ip(`addr add 10.8.0.${hosts.vip}/32 dev vlan${id}`);
    for (const server of this.servers) server.ip(`addr add 10.8.0.${hosts.vip}/32 dev lo`);
    return true;
  }

  /** Balances the VIP of a VLAN by direct routing; the physical device keeps its hook. */
  balanceVlan(id: number): string {
    const device = `vlan${id}`;
    const at = { address: `10.8.0.${hosts.vip}`, port };
    const servers = hosts.servers.map((host) => ({ address: `10.8.0.${host}`, port }));
    const key = serviceKey(at);
    this.apply(
      addService(key),
      ...servers.map((server) => addServer(key, realServer(server, 'gatewaying'))),
    );
    for (const [index, { address }] of servers.entries()) {
      this.plane.setNextHop(address, {
        local: false,
        ifindex: this.director.ifindex(device),
        address,
        sourceMac: macBytes(this.director.mac(device)),
        destinationMac: macBytes(this.servers[index]?.mac(device) ?? ''),
        sourceAddress: `10.8.0.${hosts.director}`,
        mtu: 1500,
      });
    }
    this.attach('tc', device);
    return `http://${at.address}:${port}/`;
  }

  /** Takes over devices: the data plane's own and, for local clients, the loopback device. */
  attach(hook: DeviceHook, device = 'eth0'): void {
    const { director } = this;
    const devices = [
      {
        ifindex: director.ifindex(device),
        name: device,
        mac: macBytes(director.mac(device)),
        hook,
      },
      { ifindex: 1, name: 'lo', mac: new Uint8Array(6), hook: 'tc' as const },
    ];
    withNetworkNamespace(director.path, () => {
      for (const each of devices) this.plane.attach(each);
    });
  }

  /** Carries out commands, published together. */
  apply(...commands: readonly Command[]): void {
    for (const command of commands) this.state = applyCommand(this.state, command);
    this.publish();
  }

  publish(): void {
    withNetworkNamespace(this.director.path, () => this.plane.publish(this.state));
  }

  /** Replaces whatever there was by TCP and UDP services on both real servers. */
  balance({ family, method, hook, peer = false, ...special }: Balanced): void {
    const { outer = family, tunnel, mtu } = special;
    this.#routeAnswers(method);
    this.plane.setPeers(new Set(peer ? [this.director.ifindex('eth0')] : []));
    const at = { address: this.vip(family), port };
    const services = (['tcp', 'udp'] as const).flatMap((protocol) => {
      const key = serviceKey(at, protocol);
      const servers = hosts.servers.map((host) =>
        addServer(
          key,
          realServer({ address: addressOf[outer](host), port }, method, tunnel && { tunnel }),
        ),
      );
      return [addService(key), ...servers];
    });
    this.apply({ kind: 'clear' }, ...services);
    this.resolve(outer, true, mtu);
    this.attach(hook);
  }

  /** The way to both real servers; `known`: their MAC addresses are told. */
  resolve(family: AddressFamily, known = true, mtu = serverSideMtu): void {
    for (const [index, host] of hosts.servers.entries()) {
      const address = addressOf[family](host);
      this.plane.setNextHop(address, {
        local: false,
        ifindex: this.director.ifindex('eth0'),
        address,
        sourceMac: macBytes(this.director.mac('eth0')),
        destinationMac: known ? macBytes(this.servers[index]?.mac('eth0') ?? '') : undefined,
        sourceAddress: addressOf[family](hosts.director),
        mtu,
      });
    }
  }

  /** By NAT real servers answer through the director, else directly. */
  #routeAnswers(method: ForwardingMethod): void {
    for (const server of this.servers) {
      for (const family of families) {
        const length = family === 'ipv4' ? 32 : 128;
        const to = `${addressOf[family](hosts.client)}/${length}`;
        if (method === 'masquerading') {
          server.ip(
            `route replace ${to} via ${addressOf[family](hosts.director)} mtu ${clientMtu}`,
          );
        } else server.ip(`route replace ${to} dev eth0 mtu ${clientMtu}`);
      }
    }
  }

  /** Ends the data plane, if it still runs, and opens another without any configuration. */
  replacePlane(options: DataPlaneOptions): void {
    withNetworkNamespace(this.director.path, () => {
      this.plane.destroy();
      this.plane = this.#openPlane(options);
    });
    this.state = initialState;
  }

  #openPlane(options: DataPlaneOptions): DataPlane {
    return DataPlane.open({ programCache: { directory: this.#cache, build: 'test' }, ...options });
  }

  vip(family: AddressFamily): IpAddress {
    return addressOf[family](hosts.vip);
  }

  /** Where a real server, `rs1` or `rs2`, is. */
  serverAddress(family: AddressFamily, name: string): IpAddress {
    return addressOf[family](hosts.servers[Number(name.slice(2)) - 1] ?? 0);
  }

  /** What `curl` gets for a path from the VIP, on the client or another host; its errors are thrown. */
  request(family: AddressFamily, path = '/', options: RequestOptions = {}): string {
    const { from = this.client, words = [] } = options;
    const host = family === 'ipv4' ? this.vip(family) : `[${this.vip(family)}]`;
    return from.run(
      'curl',
      '-sS',
      '-g',
      '-m',
      `${patient(20)}`,
      ...words,
      `http://${host}:${port}${path}`,
    );
  }

  /** Sends a UDP datagram to the VIP and gives the answer. */
  echo(family: AddressFamily, message: string, from = this.client): string {
    const script = `exec 3<>/dev/udp/${this.vip(family)}/${port}; printf %s ${message} >&3; timeout ${patient(10)} head -c ${message.length + 4} <&3`;
    return from.run('bash', '-c', script);
  }

  /**
   * Sends a datagram of so many bytes to the VIP until there is an answer, for some seconds: the name of the real
   * server if it sent all of them back.
   */
  echoBytes(family: AddressFamily, count: number): string {
    const file = `${import.meta.dirname}/echo-client.ts`;
    const words = ['--import', 'tsx', file, this.vip(family), `${port}`, `${count}`];
    return this.client.run(process.execPath, ...words).trim();
  }

  /** Packets that the director's device has sent; what goes to its other end at once is not among them. */
  sentByDevice(): number {
    const path = '/sys/class/net/eth0/statistics/tx_packets';
    return Number(this.director.run('cat', path));
  }

  /** Segments and datagrams that hosts have received with a wrong checksum. */
  wrongChecksums(): number {
    return [this.client, this.director, ...this.servers].reduce((sum, host) => {
      const lines = host.run('cat', '/proc/net/snmp').split('\n');
      return sum + field(lines, 'Tcp', 'InCsumErrors') + field(lines, 'Udp', 'InCsumErrors');
    }, 0);
  }

  [Symbol.dispose](): void {
    for (const child of this.#processes) child.kill('SIGKILL');
    withNetworkNamespace(this.director.path, () => this.plane.destroy());
    for (const each of this.#programs) each[Symbol.dispose]();
    rmSync(this.#cache, { recursive: true });
    for (const host of [this.client, this.director, ...this.servers, this.#switch]) {
      host[Symbol.dispose]();
    }
  }
}

/** A client's connection to the VIP that stays open. */
export class HeldConnection implements AsyncDisposable {
  readonly #child;
  readonly #lines: AsyncIterator<string>;

  constructor(network: TrafficNetwork, family: AddressFamily) {
    const file = `${import.meta.dirname}/held-connection.ts`;
    const words = [process.execPath, '--import', 'tsx', file, network.vip(family), `${port}`];
    this.#child = spawn('ip', ['netns', 'exec', network.client.name, ...words], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  /** Asks over the connection; the answer, and the client's port. */
  async ask(): Promise<unknown> {
    this.#child.stdin.write('ask\n');
    const { value } = await this.#lines.next();
    return JSON.parse(String(value));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin.end();
    await ended;
  }
}

interface RequestOptions {
  readonly from?: TestNamespace;
  /** More options for curl. */
  readonly words?: readonly string[];
}

function addressLine(family: AddressFamily, host: number, bits: number, device: string): string {
  const noDetection = family === 'ipv6' ? ' nodad' : '';
  return `addr add ${addressOf[family](host)}/${bits} dev ${device}${noDetection}`;
}

/** A counter of /proc/net/snmp: a line of names, then one of numbers. */
function field(lines: readonly string[], group: string, name: string): number {
  const [names, numbers] = lines
    .filter((line) => line.startsWith(`${group}: `))
    .map((line) => line.split(' '));
  return Number(numbers?.[names?.indexOf(name) ?? -1] ?? 0);
}

const macBytes = (text: string): Uint8Array =>
  Uint8Array.from(text.split(':'), (part) => Number.parseInt(part, 16));
