import { readdirSync, readFileSync } from 'node:fs';
import { withNetworkNamespace } from '../../packages/evs/src/linux/index.ts';
import type { Lines } from '../network/line.ts';
import { run, type Namespace } from '../network/namespace.ts';

/** What happened during a run that may explain why it fell behind. */
export interface Happenings {
  /** How long servers were ready to run and had no processor. proc(5), schedstat. */
  readonly waitedMs: number;
  /** How long the hypervisor ran somebody else. proc_stat(5), steal. */
  readonly stolenMs: number;
  /** TCP segments that either end sent again. */
  readonly resent: number;
  /** Packets that a processor's backlog had no room for. */
  readonly dropped: number;
}

/** Looks at the machine before and after each run. */
export class Witness {
  readonly #ends: readonly Namespace[];
  readonly #servers: readonly string[];

  /** The servers run already. */
  constructor({ client, servers }: Lines) {
    this.#ends = [client, servers];
    this.#servers = run('ip', 'netns', 'pids', servers.name).trim().split('\n');
  }

  watch<T>(body: () => T): { readonly result: T; readonly seen: Happenings } {
    const before = this.#look();
    const result = body();
    const after = this.#look();
    const seen = {
      waitedMs: after.waitedMs - before.waitedMs,
      stolenMs: after.stolenMs - before.stolenMs,
      resent: after.resent - before.resent,
      dropped: after.dropped - before.dropped,
    };
    return { result, seen };
  }

  #look(): Happenings {
    return {
      waitedMs: sum(this.#servers.flatMap(waitedMsOf)),
      stolenMs: stolenMs(),
      resent: sum(this.#ends.map(resentSegments)),
      dropped: sum(softnetDrops()),
    };
  }
}

/** The same in words. */
export const tell = ({ waitedMs, stolenMs, resent, dropped }: Happenings): string =>
  `the servers waited ${Math.round(waitedMs)} ms for a processor, the hypervisor took ${stolenMs} ms, ` +
  `${resent} segments were sent again, ${dropped} packets dropped in a backlog`;

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

/** Of each thread of a process. */
function waitedMsOf(pid: string): number[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const [, waitedNs] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return Number(waitedNs) / 1e6;
  });
}

/** Of all processors; the kernel counts in hundredths of a second. */
function stolenMs(): number {
  const [all = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  return Number(all.trim().split(/\s+/)[8] ?? 0) * 10;
}

function resentSegments({ path }: Namespace): number {
  const text = withNetworkNamespace(path, () => readFileSync('/proc/self/net/snmp', 'utf8'));
  const [names = [], values = []] = text
    .split('\n')
    .filter((line) => line.startsWith('Tcp: '))
    .map((line) => line.split(' '));
  return Number(values[names.indexOf('RetransSegs')] ?? 0);
}

/** Second column of each processor's line, hexadecimal. */
const softnetDrops = (): number[] =>
  readFileSync('/proc/net/softnet_stat', 'utf8')
    .trim()
    .split('\n')
    .map((line) => Number.parseInt(line.split(/\s+/)[1] ?? '0', 16));
