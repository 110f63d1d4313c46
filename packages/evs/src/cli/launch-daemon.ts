import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectDirector, type DirectorClient } from '../api/index.ts';
import { EvsError } from '../errors/index.ts';

/** How to start evsd: the words of a command line. */
export type Launcher = readonly string[];

const patienceMs = 10_000;
/** After a start that failed, another one's daemon may still be on its way. */
const patienceAfterFailureMs = 1000;
const pollMs = 20;

/**
 * The director of this network namespace. Starts one in the background if none answers, since ipvsadm
 * needs none. Throws E_NO_DAEMON with the reason that evsd gave.
 */
export async function findDirector(socket: string, launcher: Launcher): Promise<DirectorClient> {
  if (!(await answers(socket))) await launch(socket, launcher);
  return connectDirector(socket);
}

async function launch(socket: string, launcher: Launcher): Promise<void> {
  const start = startDaemon(launcher);
  const deadline = Date.now() + patienceMs;
  let failure: string | undefined;
  void start.then((reason) => (failure = reason));
  let failedAt: number | undefined;
  while (Date.now() < deadline) {
    if (await answers(socket)) return;
    if (failure !== undefined) failedAt ??= Date.now();
    if (failedAt !== undefined && Date.now() - failedAt > patienceAfterFailureMs) break;
    await sleep(pollMs);
  }
  throw new EvsError('E_NO_DAEMON', failure ?? `evsd does not answer at ${socket}`, {
    hint: `Start it by hand to see more: ${launcher.join(' ')}`,
  });
}

/** Whether somebody listens at a Unix socket. */
function answers(socket: string): Promise<boolean> {
  if (!existsSync(socket)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const probe = connect(socket);
    const settle = (answer: boolean) => (): void => {
      probe.destroy();
      resolve(answer);
    };
    probe.once('connect', settle(true));
    probe.once('error', settle(false));
  });
}

/** Starts the daemon. Resolves when it has gone to the background, or with its last words if it failed. */
function startDaemon([command = '', ...words]: Launcher): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command, [...words, '--detach'], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text: Buffer) => {
      said += text.toString();
    });
    child.once('error', (error) => {
      resolve(`Cannot start evsd: ${error.message}`);
    });
    child.once('exit', (status, signal) => {
      // What the daemon holds open must not keep us here.
      setImmediate(() => {
        child.stderr.destroy();
        resolve(status === 0 ? undefined : (lastLine(said) ?? `evsd ended with ${signal ?? status}`));
      });
    });
  });
}

const lastLine = (text: string): string | undefined => text.trim().split('\n').at(-1) || undefined;
