import type { SynchronisedConnection } from '../../director/index.ts';

/** The data plane as synchronisation sees it. */
export interface SynchronisedPlane {
  /** Calls back for each connection that others shall hear of, until disposed of. */
  watchAnnouncements(onConnection: (connection: SynchronisedConnection) => void): Disposable;
  /** Connections that were not read in time, since the start. */
  lostAnnouncements(): number;
  /** Everything that another director must know. */
  synchronisedConnections(): Iterable<SynchronisedConnection>;
  /** Enters connections of other directors; what became of each. */
  adopt(
    connections: readonly SynchronisedConnection[],
    deviceOf: (client: Uint8Array) => number,
  ): readonly string[];
}

/** What tells where a network is; see log.ts of the daemon for who writes it down. */
export interface SynchronisationLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/** Where a daemon is attached. */
export interface Attachment {
  readonly device: string;
  readonly ifindex: number;
  /** The device's primary address of the group's family. */
  readonly address: string;
}
