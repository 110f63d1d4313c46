import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectDirector, type DirectorClient } from '../../src/api/index.ts';
import { run, type TestNamespace } from './network.ts';

const bundle = 'packages/evs/dist/bin/evsd.js';

/** Bundles the programs if they are older than their sources. */
export const buildPrograms = (): string => run('scripts/bundle');

/** The `evsd` of one test namespace, which may be started and killed again and again. */
export class TestDaemon {
  readonly #namespace: TestNamespace;
  readonly directory: string;
  readonly client: DirectorClient;
  #child: ChildProcess | undefined;

  constructor(namespace: TestNamespace, directory = mkdtempSync(path.join(tmpdir(), 'evsd-'))) {
    this.#namespace = namespace;
    this.directory = directory;
    this.client = connectDirector(this.socket);
  }

  get socket(): string {
    return path.join(this.directory, 'evsd.sock');
  }

  get stateFile(): string {
    return path.join(this.directory, 'state.json');
  }

  get pinDirectory(): string {
    return `/run/evs/bpf/netns-${statSync(this.#namespace.path).ino}`;
  }

  /** What it wrote to its log since it was started last. */
  words = '';

  /** Returns when the daemon answers; throws with its words if it ends instead. */
  async start(...options: readonly string[]): Promise<void> {
    const words = [bundle, '--run-dir', this.directory, ...options];
    const within = ['netns', 'exec', this.#namespace.name, process.execPath, ...words];
    const child = spawn('ip', within, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    this.words = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.words += text));
    while (!this.#listens()) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`evsd ended: ${this.words}`);
      }
      await delay(5);
    }
  }

  /** Starts one with `--detach`; throws what it says if that fails. */
  startDetached(): string {
    const words = [bundle, '--detach', '--run-dir', this.directory];
    return this.#namespace.run(process.execPath, ...words);
  }

  /** A killed daemon leaves its socket behind: only its own word counts. */
  #listens(): boolean {
    return existsSync(this.socket) && this.words.includes('The director is ready');
  }

  /** Ends it by a signal, SIGKILL if none is named, and waits for that. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  /** Removes everything of it: processes, pins, files. */
  async remove(): Promise<void> {
    await this.kill();
    for (const pid of run('ip', 'netns', 'pids', this.#namespace.name).split('\n')) {
      if (pid !== '') process.kill(Number(pid), 'SIGKILL');
    }
    rmSync(this.pinDirectory, { recursive: true, force: true });
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** The process id that it wrote down. */
  get pid(): number {
    return Number(readFileSync(path.join(this.directory, 'evsd.pid'), 'utf8'));
  }
}
