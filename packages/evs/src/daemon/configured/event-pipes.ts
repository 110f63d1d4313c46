import { chownSync, closeSync, constants, openSync, rmSync, writeSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Fifo, GlobalDefinitions } from '../../config/index.ts';
import { isErrnoCode, makePipe } from '../../linux/index.ts';
import type { Logger } from '../log.ts';
import type { ScriptRunner } from '../scripts/index.ts';
import { accountOf } from '../scripts/accounts.ts';

/** Who tells of an event: virtual routers, or virtual servers. */
export type EventSource = 'vrrp' | 'lvs';

interface Pipe {
  readonly fifo: Fifo;
  readonly fd: number;
  /** Whose events it gets; undefined: all. */
  readonly source: EventSource | undefined;
}

const mode = 0o644;

/**
 * The named pipes that get a line for each event; lines are lost while nobody reads and a pipe is full. They are there
 * while the daemon runs. keepalived.conf(5), notify_fifo, vrrp_notify_fifo and lvs_notify_fifo.
 */
export class EventPipes implements Disposable {
  readonly #programs: Pick<ScriptRunner, 'run'>;
  readonly #log: Logger;
  #pipes: readonly Pipe[] = [];

  constructor(programs: Pick<ScriptRunner, 'run'>, log: Logger) {
    this.#programs = programs;
    this.#log = log;
  }

  /** Exactly these are there from now on. Those that did not change are not touched. */
  follow({ all, vrrp, lvs }: GlobalDefinitions['fifos']): void {
    const wanted = [
      { fifo: all, source: undefined },
      { fifo: vrrp, source: 'vrrp' as const },
      { fifo: lvs, source: 'lvs' as const },
    ].flatMap(({ fifo, source }) => (fifo === undefined ? [] : [{ fifo, source }]));
    const known = wanted.map(({ fifo, source }) =>
      this.#pipes.find((pipe) => pipe.source === source && isDeepStrictEqual(pipe.fifo, fifo)),
    );
    for (const pipe of this.#pipes) if (!known.includes(pipe)) close(pipe);
    this.#pipes = wanted.flatMap(
      ({ fifo, source }, index) => known[index] ?? this.#open(fifo, source),
    );
  }

  write(source: EventSource, line: string): void {
    for (const pipe of this.#pipes) {
      if (pipe.source !== undefined && pipe.source !== source) continue;
      try {
        writeSync(pipe.fd, line);
      } catch (error) {
        if (!isErrnoCode(error, 'EAGAIN')) throw error;
        this.#log.debug({ path: pipe.fifo.path }, 'An event is lost: nobody reads the pipe');
      }
    }
  }

  #open(fifo: Fifo, source: EventSource | undefined): readonly Pipe[] {
    try {
      const fd = made(fifo);
      if (fifo.script !== undefined) this.#programs.run(fifo.script, fifo.path);
      return [{ fifo, fd, source }];
    } catch (error) {
      this.#log.error({ err: error, path: fifo.path }, 'A pipe for events cannot be made');
      return [];
    }
  }

  [Symbol.dispose](): void {
    this.follow({});
  }
}

function made({ path, owner }: Fifo): number {
  makePipe(path, mode);
  const account = owner && accountOf(owner);
  if (account !== undefined) chownSync(path, account.uid, account.gid);
  // For reading, too: it can then be opened although nobody reads yet.
  return openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
}

function close({ fd, fifo }: Pipe): void {
  closeSync(fd);
  rmSync(fifo.path, { force: true });
}
