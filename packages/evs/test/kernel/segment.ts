import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { decapsulation } from '../../src/dataplane/decapsulation.ts';
import type { ForwardingMethod } from '../../src/director/index.ts';
import {
  attachClsact,
  loadProgram,
  Rtnetlink,
  withNetworkNamespace,
} from '../../src/linux/index.ts';
import { cable, TestNamespace } from './network.ts';

export const vip = '10.9.0.100';
export const servicePort = 8088;
const director = '10.9.0.1';
const client = '10.9.0.20';
export const realServers = ['10.9.0.11', '10.9.0.12'] as const;

/** A switch with a director, two web servers and a client on one segment. */
export class Segment {
  readonly #switch = new TestNamespace('evsw');
  readonly director = new TestNamespace('evsd');
  readonly client = new TestNamespace('evsc');
  readonly servers = realServers.map(() => new TestNamespace('evss'));
  readonly #processes: ChildProcess[] = [];
  #ports = 0;

  constructor(method: ForwardingMethod) {
    this.#switch.ip('link add br0 type bridge');
    this.#switch.ip('link set br0 up');
    this.#plug(this.director, director);
    this.director.ip(`addr add ${vip}/32 dev eth0`);
    this.#plug(this.client, client);
    for (const [index, server] of this.servers.entries()) {
      this.#plug(server, realServers[index] ?? '');
      prepare(server, method);
    }
  }

  #plug(host: TestNamespace, address: string): void {
    const port = `port${this.#ports++}`;
    const end = { namespace: host, device: 'eth0', address: `${address}/24` };
    cable(end, { namespace: this.#switch, device: port });
    this.#switch.ip(`link set ${port} master br0`);
  }

  /** Starts a web server on each real server; it answers with its address. */
  async serve(): Promise<void> {
    const starts = this.servers.map((server, index) => {
      const process = this.spawn(
        server,
        'web-server.ts',
        realServers[index] ?? '',
        `${servicePort}`,
      );
      return firstLine(process);
    });
    await Promise.all(starts);
  }

  /** Runs a program of this folder on a host until the end of the segment. */
  spawn(host: TestNamespace, script: string, ...words: readonly string[]): ChildProcess {
    const file = `${import.meta.dirname}/${script}`;
    const command = [process.execPath, '--import', 'tsx', file, ...words];
    const child = spawn('ip', ['netns', 'exec', host.name, ...command], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#processes.push(child);
    return child;
  }

  [Symbol.dispose](): void {
    for (const child of this.#processes) child.kill('SIGKILL');
    for (const host of [this.client, this.director, ...this.servers, this.#switch]) {
      host[Symbol.dispose]();
    }
  }
}

/** The first line that a program prints, as JSON. */
export async function firstLine(child: ChildProcess): Promise<unknown> {
  if (child.stdout === null) throw new Error('The program has no output');
  const lines = createInterface(child.stdout);
  const [line] = (await once(lines, 'line')) as [string];
  return JSON.parse(line);
}

/** What a forwarding method asks of a real server. */
function prepare(server: TestNamespace, method: ForwardingMethod): void {
  if (method === 'masquerading') {
    server.ip(`route add ${client} via ${director}`);
    return;
  }
  server.run('sysctl', '-qw', 'net.ipv4.conf.all.arp_ignore=1', 'net.ipv4.conf.all.arp_announce=2');
  server.ip(`addr add ${vip}/32 dev lo`);
  if (method === 'tunneling') openTunnels(server);
}

/** By our own program: not every kernel has an ipip device. */
function openTunnels(server: TestNamespace): void {
  withNetworkNamespace(server.path, () => {
    using netlink = new Rtnetlink();
    using program = loadProgram(decapsulation());
    attachClsact(netlink, program, server.ifindex('eth0'), 'ingress', 'evs_decapsulate');
  });
}
