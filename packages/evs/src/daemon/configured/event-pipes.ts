import { execFileSync } from 'node:child_process';
import { chownSync, closeSync, constants, existsSync, openSync, writeSync } from 'node:fs';
import type { Fifo, GlobalDefinitions } from '../../config/index.ts';
import type { Logger } from '../log.ts';
import { accountOf } from '../scripts/accounts.ts';

/** The pipes that get a line for each event of virtual servers. keepalived.conf(5), lvs_notify_fifo. */
export class EventPipes {
  readonly #log: Logger;
  #fifos: readonly Fifo[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Makes those that are not there. */
  follow({ all, lvs }: GlobalDefinitions['fifos']): void {
    this.#fifos = [all, lvs].filter((fifo) => fifo !== undefined);
    for (const fifo of this.#fifos) {
      try {
        make(fifo);
      } catch (error) {
        this.#log.error({ err: error, path: fifo.path }, 'A pipe for events cannot be made');
      }
    }
  }

  /** A line is lost while nobody reads. */
  write(line: string): void {
    for (const { path } of this.#fifos) {
      try {
        const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
        try {
          writeSync(fd, line);
        } finally {
          closeSync(fd);
        }
      } catch (error) {
        this.#log.debug({ err: error, path }, 'An event is lost: nobody reads the pipe');
      }
    }
  }
}

function make({ path, owner }: Fifo): void {
  if (!existsSync(path)) execFileSync('mkfifo', ['--mode=0644', path]);
  const account = owner && accountOf(owner);
  if (account !== undefined) chownSync(path, account.uid, account.gid);
}
