import type { Hop } from './hop.ts';
import type { Method } from './method.ts';
import type { ClientName } from './topology.ts';

/** One row of `evsadm -Ln --stats`: the service's. */
export interface ServiceStatistics {
  readonly connections: number;
  readonly inPackets: number;
  readonly outPackets: number;
}

/** Something the lab says about a method, and whether it was so. */
export interface Claim {
  readonly claim: string;
  readonly holds: boolean;
  /** What was seen instead. */
  readonly seen?: string;
}

/** Everything seen of one method. */
export interface MethodObservation {
  readonly method: Method;
  /** Host names that the pages said, in the order of the requests. */
  readonly answers: Readonly<Record<ClientName, readonly string[]>>;
  /** Output of `evsadm -Ln` and of `evsadm -Ln --stats`. */
  readonly listing: string;
  readonly statistics: string;
  /** The way of one connection's first packets, from each client. */
  readonly hops: Readonly<Record<ClientName, readonly Hop[]>>;
}

export interface MethodResult extends MethodObservation {
  readonly claims: readonly Claim[];
}

/** What `evs lab --json` prints. */
export interface LabResult {
  readonly lab: string;
  readonly kept: boolean;
  readonly commands: readonly string[];
  readonly methods: readonly MethodResult[];
  readonly ok: boolean;
}

/** The service's row of `evsadm -Ln --stats`; undefined if there is none. */
export function readStatistics(output: string, service: string): ServiceStatistics | undefined {
  const row = output.split('\n').find((line) => line.startsWith(`TCP  ${service} `));
  const [connections, inPackets, outPackets] = (row?.trim().split(/\s+/) ?? [])
    .slice(2)
    .map(Number);
  if (connections === undefined || inPackets === undefined || outPackets === undefined) {
    return undefined;
  }
  return { connections, inPackets, outPackets };
}
