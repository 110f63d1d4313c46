import { execFile, spawn } from 'node:child_process';
import { EvsError } from '../errors/index.ts';

export type Argv = readonly [string, ...string[]];

/** How a command ended. */
export interface Outcome {
  /** Exit status; 127 if it could not be started or was killed. */
  readonly status: number;
  readonly stdout: string;
  /** What it printed to standard error, or why it could not be started. */
  readonly stderr: string;
}

export interface ExecuteOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

const timeoutMs = 60_000;

/**
 * Runs a command to its end, in a process group of its own: Ctrl-C at the terminal reaches only us, and
 * we decide what becomes of it. Rejects only when `signal` is aborted.
 */
export function execute(argv: Argv, { environment, signal }: ExecuteOptions): Promise<Outcome> {
  const [file, ...rest] = argv;
  // The types of execFile do not know that it hands `detached` on to spawn.
  const options = { env: { ...environment }, signal, timeout: timeoutMs, detached: true };
  return new Promise((resolve, reject) => {
    execFile(file, rest, options, (error, stdout, stderr) => {
      if (signal?.aborted === true) reject(signal.reason as Error);
      else if (error === null) resolve({ status: 0, stdout, stderr });
      else {
        const status = typeof error.code === 'number' ? error.code : 127;
        resolve({ status, stdout, stderr: stderr === '' ? error.message : stderr });
      }
    });
  });
}

/** Starts a command that goes on running, also after us; resolves when it first prints something. */
export function executeInBackground(argv: Argv, { environment }: ExecuteOptions): Promise<void> {
  const [file, ...rest] = argv;
  const child = spawn(file, rest, {
    env: { ...environment },
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => {
      reject(
        new EvsError('E_LAB', `Cannot start ${argv.join(' ')}: it ended with status ${status}`),
      );
    });
    child.stdout.once('data', () => {
      child.stdout.destroy();
      child.unref();
      resolve();
    });
  });
}
