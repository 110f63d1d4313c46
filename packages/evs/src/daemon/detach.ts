import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Failure } from './failure.ts';

/** What a daemon in the background says once to the process that started it. */
export type StartReport = { readonly ready: true } | { readonly failure: Failure };

const patienceMs = 60_000;
const largestLogBytes = 16 * 1024 * 1024;

/**
 * Starts this program again in a session of its own, with `words` as its command line and its output in
 * `logFile`. Returns when it serves, or with the reason why it never will.
 */
export async function startInBackground(
  words: readonly string[],
  logFile: string,
): Promise<StartReport> {
  const log = openLog(logFile);
  try {
    const child = spawn(process.execPath, [...process.execArgv, script(), ...words], {
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
    return await Promise.race([reportOf(child, logFile), impatience(child, logFile)]);
  } finally {
    closeSync(log);
  }
}

/** Tells the process that started us in the background, if one did, and lets it go. */
export function reportStart(report: StartReport): void {
  if (process.send === undefined || !process.connected) return;
  process.send(report, () => {
    if (process.connected) process.disconnect();
  });
}

/** Absolute, since the daemon works in the root directory. */
const script = (): string => path.resolve(process.argv[1] ?? '');

function openLog(file: string): number {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o755 });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > largestLogBytes) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

function reportOf(child: ChildProcess, logFile: string): Promise<StartReport> {
  return new Promise((resolve) => {
    child.once('message', (report: StartReport) => {
      child.disconnect();
      child.unref();
      resolve(report);
    });
    child.once('error', (error) =>
      resolve({ failure: { message: `Cannot start: ${error.message}` } }),
    );
    // The last message may be read after the exit is seen, but never after the channel's end.
    const ended = (): void => {
      if (child.connected || (child.exitCode === null && child.signalCode === null)) return;
      resolve({ failure: unexpectedEnd(child, logFile) });
    };
    child.once('exit', ended);
    child.once('disconnect', ended);
  });
}

const unexpectedEnd = ({ exitCode, signalCode }: ChildProcess, logFile: string): Failure => ({
  message: `The daemon ended before it was ready (${signalCode ?? `status ${exitCode}`})`,
  hint: `Its last words are in ${logFile}`,
});

async function impatience(child: ChildProcess, logFile: string): Promise<StartReport> {
  await delay(patienceMs, undefined, { ref: false });
  child.kill();
  return {
    failure: {
      message: `The daemon was not ready after ${patienceMs / 1000} s`,
      hint: `Its last words are in ${logFile}`,
    },
  };
}
