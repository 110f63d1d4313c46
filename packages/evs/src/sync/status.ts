import type { IpAddress } from '../packet/index.ts';
import type { Rejection } from './wire/reasons.ts';

/** How synchronisation goes, as it is shown. Counts are since the daemon of that role began. */
export interface SynchronisationStatus {
  /** Directors share a key: what has no right signature is refused. */
  readonly authenticated: boolean;
  /** Absent: it does not run. */
  readonly master?: MasterStatus;
  readonly backup?: BackupStatus;
}

export interface MasterStatus {
  /** Why nothing is sent; absent: it works. */
  readonly problem?: string;
  readonly messages: number;
  readonly connections: number;
  /** Messages that the network did not take. */
  readonly unsent: number;
  /** Connections that came faster than they were read. */
  readonly lost: number;
  /** How long the oldest connection of the last messages had waited. */
  readonly delayMs: number;
  /** Requests for all connections. */
  readonly answers: readonly AnswerStatus[];
}

/** A request for all connections, while it is answered and the last ones before. */
export interface AnswerStatus {
  readonly peer: IpAddress;
  readonly sent: number;
  readonly total: number;
  readonly state: 'running' | 'done' | 'failed';
}

export interface BackupStatus {
  readonly problem?: string;
  readonly messages: number;
  readonly connections: number;
  /** What became of them: made, updated, ignored, table full, … */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Messages and records that were refused, by reason. */
  readonly rejected: Readonly<Partial<Record<Rejection, number>>>;
  /** Connections that wait for their real server to be configured here. */
  readonly waiting: number;
  readonly peers: readonly PeerStatus[];
}

/** A master that we hear: one of ours, which tells about itself. */
export interface PeerStatus {
  readonly address: IpAddress;
  /** RFC 3339. */
  readonly since: string;
  /** Milliseconds since it was heard. */
  readonly silentMs: number;
  /** Messages that it sent since we hear it, and those of them that we did not get. */
  readonly messages: number;
  readonly missed: number;
  /** How far we are behind: the longest that a connection of its last messages had waited. */
  readonly delayMs: number;
  /** All of its connections are here: they were asked for, and none was missed since. */
  readonly complete: boolean;
  readonly resynchronisation: ResynchronisationStatus;
}

/** Of all connections of a master. */
export interface ResynchronisationStatus {
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  readonly received: number;
  /** As many as the master has, about; 0 while unknown. */
  readonly total: number;
  /** How often it was done. */
  readonly completed: number;
  readonly tookMs?: number;
  readonly problem?: string;
}
