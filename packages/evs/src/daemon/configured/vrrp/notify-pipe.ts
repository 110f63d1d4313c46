import { chownSync, closeSync, constants, openSync, rmSync, writeSync } from 'node:fs';
import type { Configuration } from '../../../config/index.ts';
import { isErrnoCode, makePipe } from '../../../linux/index.ts';
import { accountOf } from '../../scripts/accounts.ts';

type Fifo = NonNullable<Configuration['global']['fifos']['vrrp']>;

const mode = 0o644;

/** A named pipe that gets a line for each event; lines are lost while nobody reads and it is full. */
export class NotifyPipe implements Disposable {
  readonly fifo: Fifo;
  readonly #fd: number;

  /** Throws what keeps it from being made. */
  constructor(fifo: Fifo) {
    this.fifo = fifo;
    makePipe(fifo.path, mode);
    const owner = fifo.owner && accountOf(fifo.owner);
    if (owner !== undefined) chownSync(fifo.path, owner.uid, owner.gid);
    // For reading, too: it can then be opened although nobody reads yet.
    this.#fd = openSync(fifo.path, constants.O_RDWR | constants.O_NONBLOCK);
  }

  write(line: string): void {
    try {
      writeSync(this.#fd, line);
    } catch (error) {
      if (!isErrnoCode(error, 'EAGAIN')) throw error;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
    rmSync(this.fifo.path, { force: true });
  }
}
