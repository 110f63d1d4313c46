import type { Builder, Packet, Value, U64 } from '@evs/ebpf';
import type { SchedulerName } from '../../director/model.ts';
import type { CompiledSetting } from '../control/write-settings.ts';
import { dropReasons, type DropReason } from '../drop-reasons.ts';
import type { Method } from '../layouts.ts';
import type { DirectorMaps } from '../maps.ts';
import type { TunnelName } from '../tunnel-variants.ts';
import type { Routines } from './routines.ts';

export type Hook = 'xdp' | 'tc';
export type MethodName = keyof typeof Method;

/** What the configuration uses: a program holds the code for this and nothing else. */
export interface Features {
  readonly ipv4: boolean;
  readonly ipv6: boolean;
  readonly tcp: boolean;
  readonly udp: boolean;
  readonly sctp: boolean;
  readonly methods: readonly MethodName[];
  /** Tunnels by kind and families. */
  readonly tunnels: readonly TunnelName[];
  readonly schedulers: readonly SchedulerName[];
  /** Bits of ServiceFlag that some service of a hash scheduler has. */
  readonly schedulerFlags: number;
  readonly thresholds: boolean;
  /** Processes on the director itself may be clients. */
  readonly localClients: boolean;
  /** Settings that are not 0 and need code. */
  readonly settings: readonly CompiledSetting[];
  /** At tc, frames go to the other end of a veth device at once where that is allowed. */
  readonly peers: boolean;
  /** Clients may stay with their real server: `-p`. */
  readonly persistence: boolean;
  /** Clients may be told apart by the Call-ID of SIP: `--pe sip`. */
  readonly sip: boolean;
  /** A service may be for every port: port 0. */
  readonly anyPort: boolean;
  /** There is a service on TCP port 21, whose real servers take the clients' data connections, too. */
  readonly ftp: boolean;
  /** Datagrams may be scheduled one by one: `-o`. */
  readonly onePacket: boolean;
  /** There are services by firewall mark. */
  readonly marks: boolean;
  /** Marks come from rules of ours, too. */
  readonly matchRules: boolean;
  /** A marked packet may have any destination: no address can be ruled out. */
  readonly anyAddress: boolean;
  /** Other directors are told of connections. */
  readonly announcing: boolean;
  /** Connections may come from other directors, which does not tell the way to their clients. */
  readonly adopting: boolean;
}

/** Everything that the steps of a packet's way need to know while they are assembled. */
export interface Assembly extends Surroundings {
  /** jiffies64, read once for the packet. */
  readonly now: Value<U64>;
}

/** What schedulers need of it. */
export type Scheduling = Pick<Assembly, 'b' | 'maps' | 'features' | 'now'>;

/** The same before the clock has been read: packets that are not ours need none. */
export interface Surroundings {
  readonly b: Builder;
  readonly packet: Packet;
  readonly maps: DirectorMaps;
  readonly features: Features;
  readonly hook: Hook;
  /** This program serves the loopback device: its packets come from clients on the director. */
  readonly loopback: boolean;
  readonly routines: Routines;
  readonly verdict: {
    /** The host's network stack (and other programs) go on with the packet, untouched. */
    readonly pass: number;
    readonly drop: number;
  };
}

/** Replies pass the director: it translates them, or the client is local. */
export const seesReplies = (features: Features): boolean =>
  features.methods.includes('masquerading') || features.localClients;

/** Reads the clock. */
export const withClock = (a: Surroundings): Assembly => ({ ...a, now: a.b.jiffies() });

/** Ends the packet's way here, counted under its reason. */
export function drop(a: Surroundings, reason: DropReason): void {
  a.b.within('drop', () => {
    a.b.unlikely();
    countDrop(a, reason);
    a.b.return(a.verdict.drop);
  });
}

export function countDrop(a: Surroundings, reason: DropReason): void {
  const index = dropReasons.indexOf(reason);
  const count = a.b.lookup(a.maps.drops, index).orReturn(a.verdict.drop);
  count.set('packets', count.get('packets').add(1));
}
