import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { pickAddresses, type PickScenario, type PickStep } from '../fixtures/pick-scenarios.ts';
import { cable, TestNamespace } from '../kernel/network.ts';
import type { PickRequest } from './pick-client.ts';

const { vip, port, client, server } = pickAddresses;
const clients = 60;
const servers = 4;
const programs = path.resolve('packages/evs/dist/bin');

/**
 * A client, a director and real servers, each in a namespace: clients 10.2.0.0/24, real servers 10.1.0.0/24, the
 * director between them. Everything is done by the programs that an operator has.
 */
export class PickNetwork implements AsyncDisposable {
  readonly #client = new TestNamespace('evpc');
  readonly #director = new TestNamespace('evpd');
  readonly #servers = new TestNamespace('evps');
  #running: Helper[] = [];

  constructor() {
    const [left, middle, right] = [this.#client, this.#director, this.#servers];
    cable(
      { namespace: left, device: 'eth0' },
      { namespace: middle, device: 'eth0', address: '10.2.0.254/24' },
    );
    cable(
      { namespace: right, device: 'eth0' },
      { namespace: middle, device: 'eth1', address: '10.1.0.254/24' },
    );
    middle.ip(`addr add ${vip}/32 dev eth0`);
    for (let number = 1; number <= clients; number++) {
      left.ip(`addr add ${client(number)}/24 dev eth0`);
    }
    for (let number = 1; number <= servers; number++) {
      right.ip(`addr add ${server(number)}/24 dev eth0`);
    }
    left.ip('route add default via 10.2.0.254');
    right.ip('route add default via 10.1.0.254');
  }

  /** Starts the real servers. */
  async serve(): Promise<void> {
    const addresses = Array.from({ length: servers }, (_, index) => server(index + 1));
    const helper = this.#start(this.#servers, 'pick-server.ts', `${port}`, ...addresses);
    await helper.line();
  }

  #start(host: TestNamespace, script: string, ...words: readonly string[]): Helper {
    const helper = new Helper(host, script, words);
    this.#running.push(helper);
    return helper;
  }

  /** Plays a scenario on a new director: the number of the real server that each connection reached. */
  async play(scenario: PickScenario): Promise<string> {
    this.#director.run(process.execPath, `${programs}/evsd.js`, '--detach');
    const asking = this.#start(this.#client, 'pick-client.ts');
    try {
      this.#configure(scenario);
      const picks: string[] = [];
      for (const step of scenario.steps) {
        const answer = await this.#do(scenario, step, asking);
        if (answer !== undefined) picks.push(answer.replace(server(0).slice(0, -1), ''));
      }
      return picks.join(' ');
    } finally {
      await asking.end();
      this.#director.run(process.execPath, `${programs}/evs.js`, 'down');
    }
  }

  #configure({ protocol, scheduler, servers }: PickScenario): void {
    const service = serviceWords(protocol);
    this.#evsadm('-A', ...service, '-s', scheduler);
    for (const [index, { weight, upperThreshold, lowerThreshold }] of servers.entries()) {
      const thresholds =
        upperThreshold === undefined ? [] : ['-x', `${upperThreshold}`, '-y', `${lowerThreshold}`];
      const at = ['-r', `${server(index + 1)}:${port}`];
      this.#evsadm('-a', ...service, ...at, '-m', '-w', `${weight}`, ...thresholds);
    }
  }

  async #do(scenario: PickScenario, step: PickStep, asking: Helper): Promise<string | undefined> {
    const { protocol } = scenario;
    if ('edit' in step) {
      const at = ['-r', `${server(step.edit)}:${port}`];
      this.#evsadm('-e', ...serviceWords(protocol), ...at, '-m', '-w', `${step.weight}`);
      return undefined;
    }
    if ('close' in step) {
      await asking.ask({ kind: 'close', which: step.close });
      return undefined;
    }
    return asking.ask({
      kind: protocol,
      vip,
      port,
      from: client(step.from ?? 1),
      fromPort: step.port ?? 0,
      keep: step.open === 'kept',
    });
  }

  #evsadm(...words: readonly string[]): void {
    this.#director.run(process.execPath, `${programs}/evsadm.cjs`, ...words);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const helper of this.#running) await helper.end();
    for (const host of [this.#client, this.#director, this.#servers]) host[Symbol.dispose]();
  }
}

const serviceWords = (protocol: 'tcp' | 'udp'): string[] => [
  protocol === 'udp' ? '-u' : '-t',
  `${vip}:${port}`,
];

/** A program of this folder on a host, asked and answering line by line. */
class Helper {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor(host: TestNamespace, script: string, words: readonly string[]) {
    const command = [process.execPath, '--import', 'tsx', `${import.meta.dirname}/${script}`];
    this.#child = spawn('ip', ['netns', 'exec', host.name, ...command, ...words], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    const { value } = await this.#lines.next();
    return String(value);
  }

  ask(request: PickRequest): Promise<string> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return this.line();
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill();
    await ended;
  }
}
