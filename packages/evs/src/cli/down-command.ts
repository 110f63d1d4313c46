import { Command } from 'commander';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { socketPath } from '../api/index.ts';
import { EvsError } from '../errors/index.ts';
import { findDirector } from './find-director.ts';
import type { Launcher } from './launch-daemon.ts';

const patienceMs = 10_000;
const pollMs = 20;

/** `evs down`: ends the director of this network namespace, and its data plane with it. */
export const downCommand = (launcher: Launcher): Command =>
  new Command('down')
    .description(
      'takes the director of this network namespace down: daemon, data plane, connections',
    )
    .action(() => takeDown(socketPath(), launcher));

/**
 * A data plane outlives its daemon. If one is left without, a daemon is started to take it over and then down;
 * returns when all is gone.
 */
async function takeDown(socket: string, launcher: Launcher): Promise<void> {
  const directory = path.dirname(socket);
  if (!existsSync(directory)) return;
  const director = await findDirector(socket, launcher);
  await director.shutdown(true);
  for (let waitedMs = 0; existsSync(socket); waitedMs += pollMs) {
    if (waitedMs > patienceMs) {
      throw new EvsError('E_NO_DAEMON', `Cannot take the director at ${socket} down: it stays`, {
        hint: `Its last words are in ${directory}/evsd.log`,
      });
    }
    await sleep(pollMs);
  }
}
