import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { cable, TestNamespace } from './network.ts';
import { TestDaemon } from './test-daemon.ts';

export const vip = '192.168.37.189';
/** Where real servers of NAT answer to. */
const gateway = '192.168.37.190';
const client = '192.168.37.20';

/** What is asked for by each forwarding method, and of whom. */
export const services = {
  NAT: { port: 8088, servers: ['192.168.37.183', '192.168.37.184'] },
  DR: { port: 8089, servers: ['192.168.37.185', '192.168.37.186'] },
} as const;
type Kind = keyof typeof services;
const kinds = Object.keys(services) as Kind[];

export type Index = 0 | 1;
const addresses = ['192.168.37.181', '192.168.37.182'] as const;
const priorities = [100, 50] as const;

/** A program that prints a line of JSON for each line that it reads. */
export interface Program {
  ask(): Promise<unknown>;
  line(): Promise<unknown>;
}

/**
 * Two directors with keepalived's configuration, of whom the first is preferred, real servers for NAT and for DR, and a
 * client, on one segment.
 */
export class DirectorPair {
  readonly #segment = new TestNamespace('evfs');
  readonly #hosts: TestNamespace[] = [];
  readonly #client: TestNamespace;
  readonly #processes: ChildProcess[] = [];
  readonly #machines: [Machine, Machine];
  #ports = 0;

  constructor() {
    this.#segment.ip('link add br0 type bridge');
    this.#segment.ip('link set br0 up');
    this.#client = this.#host(client);
    this.#machines = [this.#machine(0), this.#machine(1)];
  }

  #plug(address: string): { readonly host: TestNamespace; readonly port: string } {
    const host = new TestNamespace('evfh');
    const port = `port${this.#ports++}`;
    cable(
      { namespace: host, device: 'ens33', address: `${address}/24` },
      { namespace: this.#segment, device: port },
    );
    this.#segment.ip(`link set ${port} master br0`);
    return { host, port };
  }

  #host(address: string): TestNamespace {
    const { host } = this.#plug(address);
    this.#hosts.push(host);
    return host;
  }

  #machine(index: Index): Machine {
    const { host, port } = this.#plug(addresses[index]);
    return { host, port, daemon: new TestDaemon(host) };
  }

  /** Starts the real servers. */
  async serve(): Promise<void> {
    const started = kinds.flatMap((kind) =>
      services[kind].servers.map(async (address) => {
        const host = this.#host(address);
        prepare(host, kind);
        await this.#start(host, 'many-server.ts', `${services[kind].port}`).line();
      }),
    );
    await Promise.all(started);
  }

  /** Opens so many connections to each service. */
  open(count: number): Program {
    const ports = kinds.map((kind) => `${services[kind].port}`);
    return this.#start(this.#client, 'many-client.ts', vip, `${count}`, ...ports);
  }

  /** Opens a connection to each service every so many milliseconds, again and again. */
  keepOpening(pauseMs: number): Program {
    const ports = kinds.map((kind) => `${services[kind].port}`);
    return this.#start(this.#client, 'opening-client.ts', vip, `${pauseMs}`, ...ports);
  }

  #start(host: TestNamespace, script: string, ...words: readonly string[]): Program {
    const program = [process.execPath, '--import', 'tsx', `${import.meta.dirname}/${script}`];
    const child = spawn('ip', ['netns', 'exec', host.name, ...program, ...words], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#processes.push(child);
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const line = async (): Promise<unknown> => JSON.parse(String((await lines.next()).value));
    const ask = (): Promise<unknown> => {
      child.stdin.write('\n');
      return line();
    };
    return { ask, line };
  }

  daemon(index: Index): TestDaemon {
    return this.#machines[index].daemon;
  }

  /** Starts the daemon of a director. */
  async begin(index: Index): Promise<void> {
    const { daemon } = this.#machines[index];
    const file = path.join(daemon.directory, 'keepalived.conf');
    writeFileSync(file, configuration(priorities[index]));
    await daemon.start('--use-file', file);
  }

  /** The machine of a director is gone with all that it knew; another one stands in its place, which does not run yet. */
  async lose(index: Index): Promise<void> {
    const { host, port, daemon } = this.#machines[index];
    this.#segment.ip(`link del ${port}`);
    await daemon.remove();
    host[Symbol.dispose]();
    this.#machines[index] = this.#machine(index);
  }

  holds(index: Index): boolean {
    return this.#machines[index].host.ip('address show dev ens33').includes(vip);
  }

  async remove(): Promise<void> {
    for (const child of this.#processes) child.kill('SIGKILL');
    for (const { daemon } of this.#machines) await daemon.remove();
    const machines = this.#machines.map(({ host }) => host);
    for (const host of [...machines, ...this.#hosts, this.#segment]) host[Symbol.dispose]();
  }
}

interface Machine {
  readonly host: TestNamespace;
  /** Its end at the switch. */
  readonly port: string;
  readonly daemon: TestDaemon;
}

/** What a forwarding method asks of a real server. */
function prepare(host: TestNamespace, kind: Kind): void {
  if (kind === 'NAT') {
    host.ip(`route add ${client} via ${gateway}`);
    return;
  }
  host.run('sysctl', '-qw', 'net.ipv4.conf.all.arp_ignore=1', 'net.ipv4.conf.all.arp_announce=2');
  host.ip(`addr add ${vip}/32 dev lo`);
}

const configuration = (priority: number): string => `
global_defs {
  lvs_sync_daemon ens33 VI_1
}
vrrp_instance VI_1 {
  state BACKUP
  interface ens33
  virtual_router_id 51
  priority ${priority}
  advert_int 1
  virtual_ipaddress {
    ${vip}/32
    ${gateway}/32
  }
}
${kinds.map(virtualServer).join('\n')}
`;

const virtualServer = (kind: Kind): string => `
virtual_server ${vip} ${services[kind].port} {
  lb_algo rr
  lb_kind ${kind}
  protocol TCP
${services[kind].servers.map((address) => `  real_server ${address} ${services[kind].port} {\n  }`).join('\n')}
}`;
