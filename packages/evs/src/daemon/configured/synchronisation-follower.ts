import { isDeepStrictEqual } from 'node:util';
import type { GlobalDefinitions } from '../../config/index.ts';
import type { PeerStatus, SynchronisationStatus } from '../../sync/index.ts';
import { awaitMasters } from './await-masters.ts';
import type {
  Command,
  DirectorState,
  SynchronisationDaemon,
  SynchronisationRole,
} from '../../director/index.ts';

type Entry = NonNullable<GlobalDefinitions['lvs']['syncDaemon']>;

export interface FollowerOptions {
  readonly current: () => DirectorState;
  readonly execute: (commands: readonly Command[]) => unknown;
  readonly synchronisation: () => SynchronisationStatus;
  /** The virtual router that is followed, as a backup, has the active director's connections, or there are none to have. */
  readonly onKnown: (router: string) => void;
}

/** The role of a sync daemon in each state that a virtual router tells of; others change nothing. */
const roles: Readonly<Record<string, SynchronisationRole>> = {
  MASTER: 'master',
  BACKUP: 'backup',
  FAULT: 'backup',
};

/**
 * keepalived's `lvs_sync_daemon`: the sync daemon whose role follows a virtual router, a master while that is active
 * and a backup else; between the two it is both.
 */
export class SynchronisationFollower {
  readonly #options: FollowerOptions;
  #entry: Entry | undefined;
  #routerId: number | undefined;
  readonly #states = new Map<string, SynchronisationRole>();
  #waits: readonly Disposable[] = [];
  #ends = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /**
   * Takes up the entry of the configuration, with the ID of its virtual router; undefined: there is none any more. One
   * that names no virtual router is master and backup from the start.
   */
  configure(entry: Entry | undefined, routerId: number | undefined): void {
    if (this.#ends || isDeepStrictEqual([this.#entry, this.#routerId], [entry, routerId])) return;
    this.#endWaits();
    if (this.#entry !== undefined || entry !== undefined) this.#become([]);
    this.#entry = entry;
    this.#routerId = routerId;
    if (entry !== undefined) this.#follow(this.#rolesOf(entry));
  }

  /** A virtual router has come into a state, by keepalived's name for it. */
  entered(router: string, state: string): void {
    const role = roles[state];
    if (role === undefined) return;
    this.#states.set(router, role);
    if (!this.#ends && this.#entry?.instance === router) this.#follow([role]);
  }

  /** As keepalived does when it ends. Resolves when another director has taken over, if there is one. */
  async stop(): Promise<void> {
    this.#ends = true;
    if (this.#entry === undefined) return;
    await new Promise<void>((resolve) => {
      this.#follow([], resolve);
    });
  }

  #rolesOf({ instance }: Entry): readonly SynchronisationRole[] {
    if (instance === undefined) return ['master', 'backup'];
    const role = this.#states.get(instance);
    return role === undefined ? [] : [role];
  }

  #follow(wanted: readonly SynchronisationRole[], onDone?: () => void): void {
    this.#endWaits();
    const router = this.#entry?.instance;
    const become = (): void => {
      this.#become(wanted);
      onDone?.();
    };
    if (!wanted.includes('master') && this.#isHeard) this.#yield(become);
    else become();
    if (router !== undefined && wanted.includes('backup')) this.#awaitConnections(router);
  }

  /** Whether it is a master of whom another director of ours has asked for connections. */
  get #isHeard(): boolean {
    return (this.#options.synchronisation().master?.answers.length ?? 0) > 0;
  }

  /** Connections come here until another director has taken over: it is told of them until then. */
  #yield(onDone: () => void): void {
    this.#become(['master', 'backup']);
    this.#await(() => true, onDone);
  }

  #awaitConnections(router: string): void {
    this.#await(
      ({ complete }) => complete,
      () => {
        this.#options.onKnown(router);
      },
    );
  }

  #await(isEnough: (peer: PeerStatus) => boolean, onDone: () => void): void {
    const { synchronisation } = this.#options;
    this.#waits = [...this.#waits, awaitMasters(synchronisation, isEnough, onDone)];
  }

  #endWaits(): void {
    for (const wait of this.#waits) wait[Symbol.dispose]();
    this.#waits = [];
  }

  #become(wanted: readonly SynchronisationRole[]): void {
    const entry = this.#entry;
    const running = (this.#options.current().synchronisation ?? []).map(({ role }) => role);
    const ended = running.filter((role) => !wanted.includes(role));
    const commands: Command[] = [
      ...ended.map((role) => ({ kind: 'stopDaemon', role }) as const),
      ...(entry === undefined ? [] : wanted)
        .filter((role) => !running.includes(role))
        .map(
          (role) => ({ kind: 'startDaemon', daemon: this.#daemon(entry as Entry, role) }) as const,
        ),
    ];
    if (commands.length > 0) this.#options.execute(commands);
  }

  #daemon(entry: Entry, role: SynchronisationRole): SynchronisationDaemon {
    return {
      role,
      device: entry.device,
      syncId: entry.id ?? this.#routerId ?? 0,
      maximumLength: entry.maxLength ?? 0,
      group: entry.group ?? '224.0.0.81',
      port: entry.port ?? 8848,
      timeToLive: entry.ttl ?? 1,
    };
  }
}
