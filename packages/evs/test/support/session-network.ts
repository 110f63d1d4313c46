import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { cable, TestNamespace } from '../kernel/network.ts';

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

/**
 * Where sessions are played: clients 10.2.0.1 to 3, a director with VIPs from 10.2.0.200 on, real servers
 * 10.1.0.1 to 4, and the same in 2001:db8:2:: and 2001:db8:1::. Nobody is at 10.1.0.98 and 99, though the
 * director knows a way there.
 */
export class SessionNetwork implements AsyncDisposable {
  readonly director = new TestNamespace('sesd');
  readonly #client = new TestNamespace('sesc');
  readonly #servers = new TestNamespace('sess');
  readonly #helpers: Helper[] = [];

  constructor() {
    const [client, director, servers] = [this.#client, this.director, this.#servers];
    cable({ namespace: client, device: 'eth0' }, { namespace: director, device: 'eth0' });
    cable({ namespace: servers, device: 'eth0' }, { namespace: director, device: 'eth1' });
    addresses(director, 'eth0', ['10.2.0.254/24', '2001:db8:2::254/64']);
    addresses(director, 'eth1', ['10.1.0.254/24', '2001:db8:1::254/64']);
    addresses(
      director,
      'eth0',
      numbers(200, 215).flatMap((host) => [`10.2.0.${host}/32`, `2001:db8:2::${host}/128`]),
    );
    addresses(
      client,
      'eth0',
      numbers(1, 3).flatMap((host) => [`10.2.0.${host}/24`, `2001:db8:2::${host}/64`]),
    );
    addresses(
      servers,
      'eth0',
      numbers(1, 4).flatMap((host) => [`10.1.0.${host}/24`, `2001:db8:1::${host}/64`]),
    );
    servers.ip('route add default via 10.1.0.254');
    servers.ip('-6 route add default via 2001:db8:1::254');
    for (const nobody of [98, 99]) {
      director.ip(
        `neigh add 10.1.0.${nobody} lladdr ${servers.mac('eth0')} dev eth1 nud permanent`,
      );
    }
    director.run('sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1');
  }

  /** Starts the real servers and the clients. */
  async start(): Promise<void> {
    const servers = this.#help(this.#servers, 'session-server.ts');
    const client = this.#help(this.#client, 'session-client.ts');
    await Promise.all([servers.line(), client.line()]);
  }

  /** Has the clients do something; see session-client.ts. */
  async traffic(words: readonly string[]): Promise<void> {
    const client = this.#helpers[1];
    const answer = await client?.ask(words.join(' '));
    if (answer !== 'done') throw new Error(`% ${words.join(' ')}: ${answer}`);
  }

  #help(host: TestNamespace, script: string): Helper {
    const helper = new Helper(host, script);
    this.#helpers.push(helper);
    return helper;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const helper of this.#helpers) await helper.end();
    for (const host of [this.#client, this.director, this.#servers]) host[Symbol.dispose]();
  }
}

function addresses(host: TestNamespace, device: string, all: readonly string[]): void {
  for (const address of all) {
    host.ip(`addr add ${address} dev ${device}${address.includes(':') ? ' nodad' : ''}`);
  }
}

/** A program of this folder on a host, asked and answering line by line. */
class Helper {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor(host: TestNamespace, script: string) {
    const command = [process.execPath, '--import', 'tsx', `${import.meta.dirname}/${script}`];
    this.#child = spawn('ip', ['netns', 'exec', host.name, ...command], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    const { value } = await this.#lines.next();
    return String(value);
  }

  ask(request: string): Promise<string> {
    this.#child.stdin.write(`${request}\n`);
    return this.line();
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill();
    await ended;
  }
}
