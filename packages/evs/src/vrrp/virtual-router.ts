import type { AddressFamily } from '../director/index.ts';
import type { IpAddress } from '../packet/index.ts';

/** A peer that gets advertisements by unicast. */
export interface UnicastPeer {
  readonly address: IpAddress;
  /** Bounds of the TTL or hop limit of what it sends, 0 to 255. Both or none. */
  readonly timeToLive?: { readonly least: number; readonly most: number };
}

/** What an operator has configured of one virtual router on one interface: keepalived's vrrp_instance. */
export interface VirtualRouter {
  readonly name: string;
  readonly interface: string;
  /** 1 to 255. */
  readonly virtualRouterId: number;
  readonly family: AddressFamily;
  readonly version: 2 | 3;
  /** 1 to 255; 255 is the owner of the addresses. */
  readonly priority: number;
  /** Whole seconds in version 2; hundredths of a second up to 40,950 ms in version 3. */
  readonly advertiseIntervalMs: number;
  /** Announced in advertisements, in this order. */
  readonly addresses: readonly IpAddress[];
  /** A backup with a higher priority than the active router's takes over. */
  readonly preempt: boolean;
  /** How long it waits for that after it has first heard a lower one. */
  readonly preemptDelayMs: number;
  /** It does not preempt before it has the active router's connections: its director keeps a copy of them. */
  readonly awaitsConnections: boolean;
  /** Missed advertisements after which a backup takes over, 1 to 100. */
  readonly downTimerAdverts: number;
  /** Version 2 only: the first eight bytes count. */
  readonly password?: string;
  /** Version 2 over IPv4: packets are signed with the password, keepalived's auth_type AH. */
  readonly sealed?: boolean;
  /** Where advertisements go without unicast peers. */
  readonly group: IpAddress;
  /** Empty: multicast. */
  readonly unicastPeers: readonly UnicastPeer[];
  /** Version 3 over IPv4: `group` sums the multicast group for unicast, too, `none` leaves the pseudo header out. */
  readonly checksum: 'destination' | 'group' | 'none';
  /** Unicast advertisements count only if they come from a peer. */
  readonly checkUnicastSource: boolean;
  /** Advertisements need not name all our addresses. */
  readonly skipAddressCheck: boolean;
  /** An active router does not answer advertisements of lower priority by one of its own. */
  readonly lowerPriorityNoAdvert: boolean;
  /** One that yields says so by a last advertisement: the winner then announces its addresses again. */
  readonly higherPrioritySendAdvert: boolean;
  /** The owner of the addresses gives way to nobody. */
  readonly ownerIgnoresAdverts: boolean;
}

export type VirtualRouterState = 'init' | 'backup' | 'active' | 'fault';

/** One virtual router at work. */
export interface RunningRouter {
  readonly config: VirtualRouter;
  readonly state: VirtualRouterState;
  /** Our address on the interface: breaks ties, RFC 9568 section 6.4.3. */
  readonly primaryAddress: IpAddress;
  /** Priority after the contributions of trackers, 1 to 255. */
  readonly priority: number;
  /** The active router's interval, which a version 3 backup learns. RFC 9568, Active_Adver_Interval. */
  readonly activeIntervalMs: number;
  /** Whether the delay before a preemption has not begun, runs, or has passed. */
  readonly preemptDelay: 'idle' | 'running' | 'over';
  /** Whether it has the connections of the active router, for those that wait for them. */
  readonly connections: 'unknown' | 'awaited' | 'known';
  /** Its own wait is over, and it waits for the rest of its sync group. */
  readonly wantsActive: boolean;
  /** Its timer fired so late that it may have missed advertisements, and it listens once more. */
  readonly listensAgain: boolean;
  /** Why it cannot take part: names of interfaces, scripts and the like. Not empty in the state fault. */
  readonly faults: ReadonlySet<string>;
}

/** A router before it takes part. */
export const initialRouter = (config: VirtualRouter, primaryAddress: IpAddress): RunningRouter => ({
  config,
  state: 'init',
  primaryAddress,
  priority: config.priority,
  activeIntervalMs: config.advertiseIntervalMs,
  preemptDelay: 'idle',
  connections: 'unknown',
  wantsActive: false,
  listensAgain: false,
  faults: new Set(),
});

/** The owner of the addresses has priority 255 and needs no election. */
export const isOwner = (config: VirtualRouter): boolean => config.priority === 255;
