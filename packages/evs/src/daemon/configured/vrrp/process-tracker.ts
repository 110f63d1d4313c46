import { readdirSync, readFileSync } from 'node:fs';
import type { TrackedProcess } from '../../../config/index.ts';
import type { Reading } from '../../../vrrp/index.ts';

const pollMs = 500;
/** Characters of a process's name that the kernel keeps. */
const nameLength = 15;

/** Counts the processes that a vrrp_track_process names, and tells whether there are enough, and not too many. */
export class ProcessTracker implements Disposable {
  readonly tracked: TrackedProcess;
  readonly #tell: (reading: Reading) => void;
  readonly #timer: NodeJS.Timeout;
  #up: boolean | undefined;
  /** Since when it has been the other way round. */
  #otherSince: number | undefined;

  constructor(tracked: TrackedProcess, tell: (reading: Reading) => void) {
    this.tracked = tracked;
    this.#tell = tell;
    this.#timer = setInterval(() => {
      this.#look();
    }, pollMs);
    this.#look();
  }

  #look(): void {
    const { quorum, quorumMax, forkDelayMs, terminateDelayMs } = this.tracked;
    const count = countProcesses(this.tracked);
    const up = count >= quorum && (quorumMax === undefined || count <= quorumMax);
    if (up === this.#up) this.#otherSince = undefined;
    if (up === this.#up) return;
    const now = performance.now();
    this.#otherSince ??= now;
    const lastsMs = up ? forkDelayMs : terminateDelayMs;
    if (this.#up !== undefined && now - this.#otherSince < lastsMs) return;
    this.#up = up;
    this.#otherSince = undefined;
    this.#tell({ up });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

function countProcesses(tracked: TrackedProcess): number {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isOne(pid, tracked)).length;
}

/** One that ends meanwhile is none. */
function isOne(pid: string, tracked: TrackedProcess): boolean {
  try {
    return matches(tracked, {
      name: readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd(),
      words: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1),
    });
  } catch {
    return false;
  }
}

/** Whether a process is meant: by its name, or its whole command, and by parameters if there are some. */
export function matches(
  { command, fullCommand, parameterMatch }: TrackedProcess,
  process: { readonly name: string; readonly words: readonly string[] },
): boolean {
  const [name, ...parameters] = command.words;
  const [program, ...given] = process.words;
  const isNamed = fullCommand ? program === name : process.name === name.slice(0, nameLength);
  if (!isNamed) return false;
  if (parameters.length === 0)
    return !fullCommand || parameterMatch !== 'exact' || given.length === 0;
  const enough = parameterMatch === 'exact' ? given.length === parameters.length : true;
  return (
    enough &&
    parameters.every((word, at) =>
      hasWord(word, given[at], parameterMatch, at === parameters.length - 1),
    )
  );
}

/** The last parameter may be the beginning of what is there, if that is asked for. */
const hasWord = (
  wanted: string,
  given: string | undefined,
  how: TrackedProcess['parameterMatch'],
  isLast: boolean,
): boolean => (how === 'partial' && isLast ? given?.startsWith(wanted) === true : given === wanted);
