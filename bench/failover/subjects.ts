import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { atEnd, type Namespace } from '../network/namespace.ts';

export const subjectNames = ['evs', 'keepalived'] as const;
export type SubjectName = (typeof subjectNames)[number];

const bundle = `${import.meta.dirname}/../../packages/evs/dist/bin/evsd.js`;

/** The words that run a subject in the foreground, with a file and a folder for what it writes. */
const commands = {
  evs: (file: string, directory: string) => [
    process.execPath,
    bundle,
    '--run-dir',
    directory,
    '--use-file',
    file,
  ],
  // Without ip_vs in the kernel it runs VRRP only.
  keepalived: (file: string, directory: string) => [
    'keepalived',
    '--vrrp',
    '--dont-fork',
    '--log-console',
    '--log-detail',
    '--use-file',
    file,
    '--pid',
    `${directory}/parent.pid`,
    '--vrrp_pid',
    `${directory}/vrrp.pid`,
  ],
} satisfies Record<SubjectName, (file: string, directory: string) => string[]>;

/** One of the two in a director's namespace, started and killed again and again. */
export class Subject {
  readonly #name: SubjectName;
  readonly #namespace: Namespace;
  readonly #directory = mkdtempSync(`${tmpdir()}/evs-failover-`);
  readonly #file = `${this.#directory}/keepalived.conf`;
  #child: ChildProcess | undefined;
  /** All that it has logged since its last start. */
  words = '';

  constructor(name: SubjectName, namespace: Namespace, configuration: string) {
    this.#name = name;
    this.#namespace = namespace;
    writeFileSync(this.#file, configuration);
    atEnd(() => {
      this.signal('SIGKILL');
      rmSync(this.#directory, { recursive: true, force: true });
    });
  }

  start(): void {
    const words = commands[this.#name](this.#file, this.#directory);
    const child = spawn('ip', ['netns', 'exec', this.#namespace.name, ...words], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.words = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.words += text));
    }
    this.#child = child;
  }

  /** Sends a signal: SIGKILL to all of its processes at once, so that none can say goodbye; else to the first. */
  signal(signal: 'SIGKILL' | 'SIGTERM'): void {
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(signal === 'SIGKILL' ? -child.pid : child.pid, signal);
  }

  async ended(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    await once(child, 'exit');
  }

  /** How often it has become active since its last start. */
  get activations(): number {
    return this.words.match(/Entering MASTER STATE/gi)?.length ?? 0;
  }
}
