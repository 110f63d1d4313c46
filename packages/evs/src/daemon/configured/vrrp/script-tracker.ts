import { spawn, type ChildProcess } from 'node:child_process';
import type { TrackedScript } from '../../../config/index.ts';
import { initialScript, stepScript, type Reading } from '../../../vrrp/index.ts';
import type { Logger } from '../../log.ts';
import { identityOf, type Account } from '../../scripts/index.ts';

/** How long a program has after SIGTERM before it is killed. */
const graceMs = 2_000;

/** Runs a vrrp_script time after time, never twice at once, and tells what its results mean. */
export class ScriptTracker implements Disposable {
  readonly script: TrackedScript;
  readonly #account: Account;
  readonly #tell: (reading: Reading) => void;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #state = initialScript;
  #child: ChildProcess | undefined;

  constructor(
    script: TrackedScript,
    account: Account,
    { log, tell }: { readonly log: Logger; readonly tell: (reading: Reading) => void },
  ) {
    this.script = script;
    this.#account = account;
    this.#tell = tell;
    this.#log = log.child({ script: script.name });
    this.#timer = setInterval(() => {
      this.#run();
    }, script.intervalMs || 1_000);
    this.#run();
  }

  #run(): void {
    if (this.#child !== undefined) {
      this.#log.warn('The script still runs: this turn is left out');
      return;
    }
    const [program, ...words] = this.script.command.words;
    const options = { stdio: 'ignore', detached: true, cwd: '/' } as const;
    const child = spawn(program, words, { ...options, ...identityOf(this.#account) });
    this.#child = child;
    const timers = this.#bound(child);
    const end = (ok: boolean, reason: string): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      for (const timer of timers) clearTimeout(timer);
      this.#judge(ok, reason);
    };
    child.once('error', ({ message }) => {
      end(false, message);
    });
    child.once('exit', (status, killedBy) => {
      end(
        status === 0,
        killedBy === null ? `exited with status ${status}` : `ended by ${killedBy}`,
      );
    });
  }

  /** Gently at the end of its time, and not so after that. */
  #bound(child: ChildProcess): readonly NodeJS.Timeout[] {
    const { timeoutMs, intervalMs } = this.script;
    const bound = timeoutMs || intervalMs || 1_000;
    return [
      setTimeout(() => {
        signal(child, 'SIGTERM');
      }, bound),
      setTimeout(() => {
        signal(child, 'SIGKILL');
      }, bound + graceMs),
    ];
  }

  #judge(ok: boolean, reason: string): void {
    const next = stepScript(this.#state, this.script, ok);
    const changed = next.up !== this.#state.up;
    this.#state = next;
    if (next.up === undefined || !changed) return;
    this.#log.info({ reason }, next.up ? 'The script succeeds' : 'The script fails');
    this.#tell({ up: next.up });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    const child = this.#child;
    this.#child = undefined;
    if (child !== undefined) signal(child, 'SIGTERM');
  }
}

/** To its whole process group. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, name);
}
