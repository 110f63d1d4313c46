import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connectDirector, type DirectorClient } from '../../packages/evs/src/api/index.ts';
import { atEnd, Namespace, run } from '../network/namespace.ts';

/** `sysconf(_SC_CLK_TCK)`, which is 100 wherever Linux runs us. */
const ticksPerSecond = 100;

/** A director in a namespace, and another namespace in which every address of 10.200.0.0/16 accepts connections. */
export class CheckedNetwork {
  readonly file: string;
  readonly client: DirectorClient;
  readonly #directory = mkdtempSync(path.join(tmpdir(), 'evs-health-'));
  readonly #director: Namespace;

  private constructor(round: number) {
    this.#director = new Namespace(`h${round}`);
    this.file = path.join(this.#directory, 'evs.conf');
    this.client = connectDirector(path.join(this.#directory, 'evsd.sock'));
    const { ino } = statSync(this.#director.path);
    atEnd(() => {
      rmSync(`/run/evs/bpf/netns-${ino}`, { recursive: true, force: true });
      rmSync(this.#directory, { recursive: true });
    });
  }

  static async make(round: number): Promise<CheckedNetwork> {
    const network = new CheckedNetwork(round);
    const servers = new Namespace(`s${round}`);
    network.#director.ip(`link add eth0 type veth peer name eth0 netns ${servers.name}`);
    for (const [side, host] of [
      [network.#director, 1],
      [servers, 2],
    ] as const) {
      side.ip(`addr add 10.9.0.${host}/24 dev eth0`);
      side.ip('link set eth0 up');
    }
    network.#director.ip('route add 10.200.0.0/16 via 10.9.0.2');
    servers.ip('route add local 10.200.0.0/16 dev lo');
    const program = fileURLToPath(new URL('accepting-server.ts', import.meta.url));
    const words = ['netns', 'exec', servers.name, process.execPath, '--import', 'tsx', program];
    const child = spawn('ip', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    return network;
  }

  configure(text: string): void {
    writeFileSync(this.file, text);
  }

  /** Starts evsd with the configuration; milliseconds until everything is in place. */
  start(): number {
    const launcher = fileURLToPath(new URL('../../bin/evsd', import.meta.url));
    const startedMs = performance.now();
    const options = ['--detach', '--run-dir', this.#directory, '--use-file', this.file];
    run('ip', 'netns', 'exec', this.#director.name, launcher, ...options);
    return performance.now() - startedMs;
  }

  /** User and system time of the daemon over so many seconds, as a part of one processor. */
  async load(seconds: number): Promise<number> {
    const [startedMs, before] = [performance.now(), this.#cpuSeconds()];
    await sleep(seconds * 1_000);
    return ((this.#cpuSeconds() - before) * 1_000) / (performance.now() - startedMs);
  }

  /** Fields 14 and 15 of proc_pid_stat(5). */
  #cpuSeconds(): number {
    const pid = readFileSync(path.join(this.#directory, 'evsd.pid'), 'utf8').trim();
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  }
}
