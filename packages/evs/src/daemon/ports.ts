import type {
  ConnectionRecord,
  Counters,
  DirectorState,
  RealServerKey,
  RealServerStatus,
  ServiceKey,
} from '../director/model.ts';
import type { Neighbour } from '../linux/index.ts';
import type { AddressFamily } from '../director/model.ts';
import type { IpAddress } from '../packet/index.ts';
import type { SynchronisedPlane } from '../sync/index.ts';

export type { Neighbour, NeighbourState } from '../linux/index.ts';

/** Where the director's program meets packets of a device. */
export type Hook = 'tc' | 'xdp-native' | 'xdp-generic';

/** A network device of our namespace, as far as a director cares. */
export interface Device {
  readonly ifindex: number;
  readonly name: string;
  /** Six bytes on Ethernet and loopback devices; empty on others. */
  readonly mac: Uint8Array;
  readonly mtu: number;
  readonly up: boolean;
  readonly medium: 'ethernet' | 'loopback' | 'other';
  /** `veth`, `bridge`, `vlan`, …; absent for hardware. */
  readonly kind?: string | undefined;
  /** Interface index of the bridge, bond or VRF that it belongs to. */
  readonly master?: number | undefined;
}

/** How the kernel would send a packet to an address. */
export interface Route {
  readonly local: boolean;
  readonly ifindex: number;
  readonly gateway?: IpAddress | undefined;
  /** The director's own address towards it. */
  readonly source: IpAddress | undefined;
  /** Where the route itself bounds it; else the device does. */
  readonly mtu?: number | undefined;
}

/** The next hop towards a real server, everything that forwarding writes into a frame. */
export interface NextHop {
  /** The real server is the director itself. */
  readonly local: boolean;
  readonly ifindex: number;
  /** Whose MAC address it is: the gateway's or the real server's own. */
  readonly address: IpAddress;
  readonly sourceMac: Uint8Array;
  /** Undefined while unresolved. */
  readonly destinationMac: Uint8Array | undefined;
  readonly sourceAddress: IpAddress;
  readonly mtu: number;
}

export type NetworkEvent =
  /** Devices, addresses or routes changed: read them again. */
  | { readonly kind: 'topology' }
  | { readonly kind: 'deviceGone'; readonly ifindex: number }
  | { readonly kind: 'neighbour'; readonly neighbour: Neighbour; readonly gone: boolean }
  /** Events were lost: read everything again. */
  | { readonly kind: 'overrun' };

/** The kernel's view of the network, for code that is tested without one. */
export interface NetworkPort {
  devices(): readonly Device[];
  neighbours(): readonly Neighbour[];
  /** Devices whose frames may be handed to their other end, unless they have an egress program. */
  peers(): ReadonlySet<number>;
  /** Whether a tc program is attached by a link where the device sends. */
  hasEgressProgram(ifindex: number): boolean;
  /** Undefined where the kernel has no way. */
  routesTo(addresses: readonly IpAddress[]): readonly (Route | undefined)[];
  /** The first address of a family on a device; undefined if it has none. */
  addressOn(ifindex: number, family: AddressFamily): IpAddress | undefined;
  /** Has the kernel ask for the MAC address, or confirm the one it has. */
  resolve(ifindex: number, address: IpAddress): void;
  watch(onEvent: (event: NetworkEvent) => void): Disposable;
}

export interface AttachedDevice {
  readonly ifindex: number;
  readonly name: string;
  readonly mac: Uint8Array;
  readonly hook: Hook;
}

export interface PlaneStatus {
  readonly services: readonly {
    readonly key: ServiceKey;
    readonly status: RealServerStatus;
    readonly realServers: readonly {
      readonly key: RealServerKey;
      readonly status: RealServerStatus;
    }[];
  }[];
}

/** A service, or one of its real servers, that has counted since somebody looked last. */
export interface Movement {
  readonly service: ServiceKey;
  readonly server?: RealServerKey;
  readonly before: Counters;
  readonly now: Counters;
}

export interface SweepReport {
  readonly visited: number;
  readonly expired: number;
}

/** The data plane as the daemon uses it; `DataPlane` is the real one. */
export interface DataPlanePort extends SynchronisedPlane, Disposable {
  /** Makes maps and programs equal to the state; idempotent, keeps connections. */
  publish(state: DirectorState): void;
  /** Makes what publishing the state would have to wait for. Others are served meanwhile. */
  prepare(state: DirectorState): Promise<void>;
  /** Has likely next changes prepared while nothing else is to be done. */
  anticipate(state: DirectorState): void;
  /** Prepares the first service, a step at a time; for a data plane that has none. */
  warmUp(): Iterable<void>;
  attach(device: AttachedDevice): void;
  detach(ifindex: number): void;
  attached(): readonly AttachedDevice[];
  setNextHop(address: IpAddress, hop: NextHop | undefined): void;
  /** All devices whose frames may be handed to their other end. */
  setPeers(ifindexes: ReadonlySet<number>): void;
  status(): PlaneStatus;
  /** Of all real servers that are configured, active and inactive ones. */
  connectionCount(): number;
  /** What has counted since this was called last. */
  movements(): readonly Movement[];
  connections(): Iterable<ConnectionRecord>;
  zero(key?: ServiceKey): void;
  sweep(): SweepReport;
  /** Detaches everywhere and removes all that is pinned. */
  destroy(): void;
}
