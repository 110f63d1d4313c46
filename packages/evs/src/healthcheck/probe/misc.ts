import { spawn, type ChildProcess } from 'node:child_process';
import { probe, ProbeFailure, type Probe } from './probe.ts';

/** A program that decides, and as whom it runs. */
export interface Script {
  readonly command: readonly string[];
  readonly timeoutMs: number;
  /** misc_dynamic: an exit status of 2 to 255 is success, and sets the weight to that less 2. */
  readonly dynamic: boolean;
  readonly uid?: number;
  readonly gid?: number;
}

/** How long a program has after SIGTERM before it is killed. */
const graceMs = 2_000;

/** MISC_CHECK: the exit status of a program, which runs without a shell in a process group of its own. */
export const miscProbe = (script: Script): Probe => probe((signal) => run(script, signal));

function run(script: Script, signal: AbortSignal): Promise<{ reason: string; weight?: number }> {
  const [program = '', ...words] = script.command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      stdio: 'ignore',
      detached: true,
      ...(script.uid !== undefined && { uid: script.uid }),
      ...(script.gid !== undefined && { gid: script.gid }),
    });
    const stop = stopper(child);
    const timer = setTimeout(stop, script.timeoutMs);
    signal.addEventListener('abort', stop, { once: true });
    const timedOut = (): boolean => stop.called;
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('exit', (status, killedBy) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      if (timedOut()) reject(new ProbeFailure('timed out'));
      else if (status === null) reject(new ProbeFailure(`killed by ${killedBy}`));
      else settle(script, status, resolve, reject);
    });
  });
}

function settle(
  { dynamic }: Script,
  status: number,
  resolve: (found: { reason: string; weight?: number }) => void,
  reject: (error: Error) => void,
): void {
  const reason = `exited with status ${status}`;
  if (status === 0) resolve({ reason });
  else if (dynamic && status >= 2) resolve({ reason, weight: status - 2 });
  else reject(new ProbeFailure(reason));
}

/** Ends the whole process group: gently, and after a while not so. */
function stopper(child: ChildProcess): (() => void) & { called: boolean } {
  const signalGroup = (name: NodeJS.Signals): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid, name);
  };
  const stop = Object.assign(
    () => {
      stop.called = true;
      signalGroup('SIGTERM');
      const timer = setTimeout(() => {
        signalGroup('SIGKILL');
      }, graceMs);
      timer.unref();
    },
    { called: false },
  );
  return stop;
}
