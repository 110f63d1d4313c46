import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { EvsError } from '../errors/index.ts';
import { answers } from './answers.ts';

/** How to start evsd: the words of a command line. */
export type Launcher = readonly string[];

const patienceMs = 60_000;
/** After a start that failed, another one's daemon may still be on its way. */
const patienceAfterFailureMs = 1000;
const pollMs = 20;

/**
 * Starts a director in the background and waits until it answers. Throws E_NO_DAEMON with the reason
 * that evsd gave.
 */
export async function launchDaemon(socket: string, launcher: Launcher): Promise<void> {
  const start = startDaemon(launcher);
  const deadline = Date.now() + patienceMs;
  let failure: EvsError | undefined;
  void start.then((reason) => (failure = reason));
  let failedAt: number | undefined;
  while (Date.now() < deadline) {
    if (await answers(socket)) return;
    if (failure !== undefined) failedAt ??= Date.now();
    if (failedAt !== undefined && Date.now() - failedAt > patienceAfterFailureMs) break;
    await sleep(pollMs);
  }
  throw failure ?? noDaemon(`evsd does not answer at ${socket}`, byHand(launcher));
}

/** Starts the daemon. Resolves when it has gone to the background, or with the reason why it did not. */
function startDaemon(launcher: Launcher): Promise<EvsError | undefined> {
  const [command = '', ...words] = launcher;
  return new Promise((resolve) => {
    const child = spawn(command, [...words, '--detach'], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text: Buffer) => {
      said += text.toString();
    });
    child.once('error', (error) => {
      resolve(noDaemon(`Cannot start evsd: ${error.message}`, byHand(launcher)));
    });
    child.once('close', (status, signal) => {
      if (status === 0) resolve(undefined);
      else
        resolve(
          reasonOf(said) ?? noDaemon(`evsd ended with ${signal ?? status}`, byHand(launcher)),
        );
    });
  });
}

/** evsd's own words: `evsd: reason`, perhaps followed by `Hint: what to do`. */
function reasonOf(said: string): EvsError | undefined {
  const reason = /^evsd: (.+)/m.exec(said)?.[1] ?? /^\w*Error: (.+)/m.exec(said)?.[1];
  const hint = /^Hint: (.+)/m.exec(said)?.[1];
  return reason === undefined ? undefined : noDaemon(reason, hint);
}

const noDaemon = (message: string, hint: string | undefined): EvsError =>
  new EvsError('E_NO_DAEMON', message, hint === undefined ? {} : { hint });

const byHand = (launcher: Launcher): string =>
  `Start it by hand to see more: ${launcher.join(' ')}`;
