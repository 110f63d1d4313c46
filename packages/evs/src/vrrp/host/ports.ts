import type { IpAddress } from '../../packet/index.ts';
import type { NotifiedState } from '../effects.ts';
import type { Arrival } from '../receive.ts';

/** The network as a virtual router sees it. */
export interface Segment extends Disposable {
  /** Our address there: source of advertisements, and what breaks ties. */
  readonly primaryAddress: IpAddress;
  /** Calls back for every VRRP packet for this virtual router id. */
  listen(onArrival: (arrival: Arrival) => void): void;
  /** Throws SystemCallError if the network refuses the packet. */
  send(packet: Uint8Array, to: IpAddress): void;
}

/** Who wants to know what virtual routers and their groups do: scripts, pipes, mails, logs. */
export interface Observer {
  notify(told: Notification): void;
  split(told: Split): void;
  /** A session of BFD is up or down, at its start and when that changes. */
  bfd(name: string, up: boolean): void;
  /** `problem`: the operator should look. */
  log(router: string, text: string, level: 'info' | 'problem'): void;
}

/** A change of state, in the words of keepalived's scripts. */
export interface Notification {
  readonly scope: 'INSTANCE' | 'GROUP';
  readonly name: string;
  readonly state: NotifiedState;
  /** Effective; 0 for groups. */
  readonly priority: number;
}

/** Two directors are active for the same addresses, as they told each other by a second way; or not any more. */
export interface Split {
  /** Our router. */
  readonly router: string;
  /** The other director's router_id. */
  readonly peer: string;
  readonly begins: boolean;
}
