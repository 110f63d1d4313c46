import type { BfdPlan } from '../../bfd/index.ts';
import type { NewAddress, NewRoute, NewRule, NextHop, ThreadSchedule } from '../../linux/index.ts';
import type { IpAddress } from '../../packet/index.ts';
import type { AnnouncementPlan } from '../announcements.ts';
import type { Reading, Track } from '../tracking.ts';
import type { VirtualRouter } from '../virtual-router.ts';

/** An address that an active router holds. */
export interface HeldAddress extends Omit<NewAddress, 'ifindex'> {
  /** Absent: that of the router, or its virtual MAC's. */
  readonly device?: string;
  /** Losing it does not make an active router step down. */
  readonly noTrack: boolean;
}

/** A route that an active router holds, by names of devices. */
export interface HeldRoute extends Omit<NewRoute, 'ifindex' | 'nextHops'> {
  readonly device?: string;
  readonly nextHops?: readonly (Omit<NextHop, 'ifindex'> & { readonly device?: string })[];
}

/** What an active router holds, or the whole daemon. They come in this order and leave in reverse. */
export interface Holdings {
  readonly addresses: readonly HeldAddress[];
  readonly routes: readonly HeldRoute[];
  readonly rules: readonly NewRule[];
}

/** A device with a virtual MAC address for some of a router's addresses. */
export interface AddressVmac {
  readonly name: string;
  /** The device that it is made over. */
  readonly below: string;
  readonly family: 'ipv4' | 'ipv6';
}

/** All about one virtual router, ready to be sent to another thread. */
export interface RouterPlan {
  readonly router: VirtualRouter;
  /** Source of advertisements; absent: the first address of the device, a link-local one in IPv6. */
  readonly source?: IpAddress;
  /** TTL or hop limit of unicast advertisements. */
  readonly unicastTimeToLive: number;
  readonly holdings: Holdings;
  readonly announcements: AnnouncementPlan;
  /** A MAC address of the virtual router's own, on a macvlan of this name. */
  readonly vmac?: { readonly name: string; readonly transmitBase: boolean };
  /** More of them, for addresses on other devices or of the other family; their holdings name these devices. */
  readonly addressVmacs: readonly AddressVmac[];
  readonly tracks: readonly Track[];
  /** A device without a carrier is a fault. */
  readonly trackInterface: boolean;
  /** The source address gone from the device is a fault. */
  readonly trackSource: boolean;
  /** An address that goes does not take those of its subnet along that came after it. */
  readonly promoteSecondaries: boolean;
  /** Why it cannot take part, whatever happens. */
  readonly hopeless?: string;
}

/** Routers are the same by number, family, device and source of unicast, whatever their name, as keepalived has it. */
export function identityOf({ router, source = '' }: RouterPlan): string {
  const { virtualRouterId, family, interface: device, unicastPeers } = router;
  return `${virtualRouterId} ${family} ${device} ${unicastPeers.length === 0 ? '' : source}`.trim();
}

/** Virtual routers that change together. */
export interface GroupPlan {
  readonly name: string;
  readonly members: readonly string[];
}

/** A way to another director beside that of the advertisements. */
export interface HeartbeatPlan {
  /** Our own name. */
  readonly director: string;
  readonly peer: IpAddress;
  readonly source?: IpAddress;
  readonly port: number;
  readonly intervalMs: number;
}

/** All that the thread of virtual routers is to do. */
export interface EnginePlan {
  readonly routers: readonly RouterPlan[];
  readonly groups: readonly GroupPlan[];
  readonly heartbeats: readonly HeartbeatPlan[];
  readonly bfd: readonly BfdPlan[];
  /** There while the daemon runs. */
  readonly statics: Holdings;
  /** Those of them that are put back when somebody takes them away. */
  readonly keptStatics: Holdings;
  /** Virtual routers that others advertise and that are not in this plan are told of. */
  readonly mindsStrangers: boolean;
  /** Before the first election. */
  readonly startDelayMs: number;
}

/** What the thread of virtual routers is told. */
export type EngineCommand =
  /** `isUsual`: nobody asked for it, and nobody needs to know if it is refused. */
  | {
      readonly kind: 'schedule';
      readonly schedule: ThreadSchedule;
      readonly isUsual: boolean;
    }
  | { readonly kind: 'configure'; readonly plan: EnginePlan }
  | { readonly kind: 'reading'; readonly tracker: string; readonly reading: Reading }
  /** The virtual router of that name has what it waited for before it preempts. */
  | { readonly kind: 'connectionsKnown'; readonly router: string }
  | { readonly kind: 'status'; readonly question: number }
  /** Goodbyes, and the end. */
  | { readonly kind: 'stop' };
