import { isDeepStrictEqual } from 'node:util';
import type { DirectorState, SynchronisationDaemon } from '../../director/index.ts';
import type { IpAddress } from '../../packet/index.ts';
import type { Authentication } from '../authentication.ts';
import type { BackupStatus, MasterStatus, SynchronisationStatus } from '../status.ts';
import { Backup } from './backup.ts';
import { Master } from './master.ts';
import type { Attachment, SynchronisationLog, SynchronisedPlane } from './ports.ts';

export interface SynchroniserOptions {
  readonly plane: SynchronisedPlane;
  readonly authentication: Authentication;
  /** Where a daemon would be attached; undefined: its device is not there, or has no address. */
  readonly attach: (daemon: SynchronisationDaemon) => Attachment | undefined;
  readonly ifindexTo: (address: IpAddress) => number | undefined;
  readonly countConnections: () => number;
  readonly log: SynchronisationLog;
}

/** What a running daemon depends on: another one takes its place when that changes. */
interface Running<T extends Disposable> {
  readonly wanted: unknown;
  readonly part?: T;
  readonly problem?: string;
}

/**
 * A backup that becomes the master listens for so long: the other one tells of connections until it has heard of this one.
 */
const lastWordsMs = 5_000;

/** Runs the master and the backup that a director's state asks for. */
export class Synchroniser implements Disposable {
  readonly #options: SynchroniserOptions;
  #master: Running<Master> | undefined;
  #backup: Running<Backup> | undefined;
  /** A backup that still hears the last words of the master before. */
  #leaving: Disposable | undefined;

  constructor(options: SynchroniserOptions) {
    this.#options = options;
  }

  /** Starts and stops what the state asks for; to be called when it, devices or addresses have changed. */
  follow({ synchronisation = [], settings }: DirectorState): void {
    const { plane, authentication, countConnections: count, ifindexTo, log } = this.#options;
    const of = (role: string): SynchronisationDaemon | undefined =>
      synchronisation.find((daemon) => daemon.role === role);
    const { sync_ports, sync_sock_size, sync_version } = settings;
    const common = { plane, authentication, log };
    if (of('backup') !== undefined) this.#endLeaving();
    else if (of('master') !== undefined) this.#letLeave();
    this.#master = this.#become(this.#master, of('master'), {
      settings: { sync_ports, sync_sock_size, sync_version },
      make: (place, wanted) => new Master({ ...common, ...place, ...wanted, count }),
    });
    this.#backup = this.#become(this.#backup, of('backup'), {
      settings: { sync_ports, sync_sock_size },
      make: (place, wanted) => new Backup({ ...common, ...place, ...wanted, ifindexTo }),
    });
    this.#backup?.part?.retry();
  }

  #letLeave(): void {
    const part = this.#backup?.part;
    this.#backup = undefined;
    if (part === undefined) return;
    this.#endLeaving();
    this.#leaving = disposedAfter(lastWordsMs, part);
  }

  #endLeaving(): void {
    this.#leaving?.[Symbol.dispose]();
    this.#leaving = undefined;
  }

  #become<T extends Disposable, S>(
    running: Running<T> | undefined,
    daemon: SynchronisationDaemon | undefined,
    {
      settings,
      make,
    }: {
      settings: S;
      make: (
        place: { daemon: SynchronisationDaemon; attachment: Attachment },
        wanted: { settings: S },
      ) => T;
    },
  ): Running<T> | undefined {
    const attachment = daemon && this.#options.attach(daemon);
    const wanted = { daemon, attachment, settings };
    const isUp = running?.part !== undefined || attachment === undefined;
    if (running !== undefined && isUp && isDeepStrictEqual(running.wanted, wanted)) return running;
    running?.part?.[Symbol.dispose]();
    if (daemon === undefined) return undefined;
    if (attachment === undefined) {
      return { wanted, problem: `${daemon.device} is not there, or has no address` };
    }
    return { wanted, ...this.#start(() => make({ daemon, attachment }, { settings }), daemon) };
  }

  #start<T>(
    make: () => T,
    { role, device }: SynchronisationDaemon,
  ): { part?: T; problem?: string } {
    try {
      return { part: make() };
    } catch (error) {
      this.#options.log.warn({ err: error, role, device }, 'Cannot synchronise connections');
      return { problem: error instanceof Error ? error.message : String(error) };
    }
  }

  get status(): SynchronisationStatus {
    return {
      authenticated: this.#options.authentication.enabled,
      ...(this.#master && { master: { ...idleMaster, ...statusOf(this.#master) } }),
      ...(this.#backup && { backup: { ...idleBackup, ...statusOf(this.#backup) } }),
    };
  }

  [Symbol.dispose](): void {
    this.#master?.part?.[Symbol.dispose]();
    this.#backup?.part?.[Symbol.dispose]();
    this.#endLeaving();
    this.#master = undefined;
    this.#backup = undefined;
  }
}

/** Ends a part some time later, or at once when this is disposed of. */
function disposedAfter(ms: number, part: Disposable): Disposable {
  const end = (): void => {
    clearTimeout(timer);
    part[Symbol.dispose]();
  };
  const timer = setTimeout(end, ms);
  return { [Symbol.dispose]: end };
}

const statusOf = <S>({ part, problem }: Running<Disposable & { readonly status: S }>) =>
  part?.status ?? { problem: problem ?? 'it does not run' };

const idleMaster: MasterStatus = {
  messages: 0,
  connections: 0,
  unsent: 0,
  lost: 0,
  delayMs: 0,
  answers: [],
};
const idleBackup: BackupStatus = {
  messages: 0,
  connections: 0,
  outcomes: {},
  rejected: {},
  waiting: 0,
  peers: [],
};
