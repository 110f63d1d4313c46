import { execFileSync, spawn, type ChildProcess } from 'node:child_process';

/** What must be undone, last first, however the run ends. */
const undo: (() => void)[] = [];
let watched = false;

/** Has something undone at the end of the process at the latest, also after an error or a signal. */
export function atEnd(action: () => void): void {
  undo.push(action);
  if (watched) return;
  watched = true;
  process.on('exit', undoAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => process.exit(1));
  }
}

export function undoAll(): void {
  for (let action = undo.pop(); action !== undefined; action = undo.pop()) {
    try {
      action();
    } catch (error) {
      console.error(`Cannot clean up: ${String(error)}`);
    }
  }
}

/** Runs a command to its end and gives what it printed; throws with its error text if it fails. */
export const run = (command: string, ...words: readonly string[]): string =>
  execFileSync(command, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const first = ['--adjustment=-20'];

/** A network namespace with a name of its own, gone with its processes when `undoAll` is called. */
export class Namespace {
  readonly name: string;

  constructor(role: string) {
    this.name = `evsb${process.pid}${role}`;
    run('ip', 'netns', 'add', this.name);
    atEnd(() => this.#remove());
    this.ip('link set lo up');
  }

  #remove(): void {
    for (const pid of run('ip', 'netns', 'pids', this.name).split('\n')) {
      if (pid !== '') process.kill(Number(pid), 'SIGKILL');
    }
    run('ip', 'netns', 'del', this.name);
  }

  /** For `withNetworkNamespace`. */
  get path(): string {
    return `/run/netns/${this.name}`;
  }

  /** `ip` within the namespace, with a command line as one would type it. */
  ip(line: string): string {
    return run('ip', '-n', this.name, ...line.split(' '));
  }

  run(command: string, ...words: readonly string[]): string {
    return run('ip', 'netns', 'exec', this.name, command, ...words);
  }

  /** Runs a load before what else the machine does. */
  runFirst(command: string, ...words: readonly string[]): string {
    return this.run('nice', ...first, command, ...words);
  }

  /** Starts a program that lives as long as the namespace, before what else the machine does. */
  start(command: string, ...words: readonly string[]): ChildProcess {
    const within = ['netns', 'exec', this.name, 'nice', ...first, command, ...words];
    return spawn('ip', within, { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  sysctl(...settings: readonly string[]): void {
    this.run('sysctl', '-qw', ...settings);
  }

  ifindex(device: string): number {
    const [link] = JSON.parse(this.ip(`-j link show dev ${device}`)) as { ifindex: number }[];
    return link?.ifindex ?? 0;
  }

  mac(device: string): string {
    const [link] = JSON.parse(this.ip(`-j link show dev ${device}`)) as { address: string }[];
    return link?.address ?? '';
  }
}
