import type { IpAddress } from '../packet/ip-address.ts';
import { initialSettings, type DirectorSettings } from './settings.ts';

/** Transport protocols that can be balanced, by the names ipvsadm gives them. */
export type Protocol = 'tcp' | 'udp' | 'sctp';
export type AddressFamily = 'ipv4' | 'ipv6';

/** A VIP, protocol and port. Port 0 stands for every port and needs persistence. */
export interface AddressServiceKey {
  readonly kind: 'address';
  readonly protocol: Protocol;
  readonly address: IpAddress;
  readonly port: number;
}
/** Packets that carry a firewall mark, 1 to 2^32 − 1. */
export interface MarkServiceKey {
  readonly kind: 'mark';
  readonly mark: number;
  readonly family: AddressFamily;
}
export type ServiceKey = AddressServiceKey | MarkServiceKey;

/** ipvsadm's `-m`, `-g` and `-i`: rewrite addresses, rewrite the MAC only, wrap in another IP header. */
export type ForwardingMethod = 'masquerading' | 'gatewaying' | 'tunneling';

export type TunnelChecksum = 'none' | 'checksum' | 'remote';
export interface Tunnel {
  readonly type: 'ipip' | 'gue' | 'gre';
  /** UDP port of gue, 0 otherwise. */
  readonly port: number;
  readonly checksum: TunnelChecksum;
}

/** Those of ip_vs, the two that it lacks (wdh and wsh), and `none`, which refuses every new connection. */
export const schedulers = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'lblc',
  'lblcr',
  'dh',
  'sh',
  'sed',
  'nq',
  'fo',
  'ovf',
  'mh',
  'twos',
  'wdh',
  'wsh',
  'none',
] as const;
export type SchedulerName = (typeof schedulers)[number];

export interface RealServerKey {
  readonly address: IpAddress;
  readonly port: number;
}
export interface RealServer extends RealServerKey {
  readonly method: ForwardingMethod;
  /** 0 takes no new connections; at most 2^31 − 1. */
  readonly weight: number;
  /** Connections at which no more are sent; 0 for no bound. */
  readonly upperThreshold: number;
  /** Connections below which they are sent again; 0 for three quarters of the upper one. */
  readonly lowerThreshold: number;
  readonly tunnel: Tunnel;
  /** How often it has been edited: to wrr even an edit that changes nothing is one. */
  readonly edits?: number;
}

export interface Persistence {
  readonly timeoutSeconds: number;
  /** Leading bits of the client address that count, 0 to 32 or 1 to 128. IPv4 masks may have holes. */
  readonly mask: IpAddress | number;
  readonly engine?: 'sip';
}

export interface VirtualService {
  readonly key: ServiceKey;
  readonly scheduler: SchedulerName;
  /** Bits of ip_vs: 0x08, 0x10 and 0x20 for the scheduler's first, second and third flag. */
  readonly schedulerFlags: number;
  readonly persistence?: Persistence;
  readonly onePacket: boolean;
  /** In the order in which schedulers look: a new real server comes first, as in ip_vs. */
  readonly realServers: readonly RealServer[];
}

/** Seconds; the three that `ipvsadm --set` changes. */
export interface Timeouts {
  readonly tcp: number;
  readonly tcpFin: number;
  readonly udp: number;
}

/** A master sends its connections to other directors, a backup receives them. */
export type SynchronisationRole = 'master' | 'backup';
export interface SynchronisationDaemon {
  readonly role: SynchronisationRole;
  readonly device: string;
  /** 0 to 255; tells groups of directors apart. */
  readonly syncId: number;
  /** Bytes of a message. Asking for 0 leaves it to the device. */
  readonly maximumLength: number;
  /** The multicast group. */
  readonly group: IpAddress;
  readonly port: number;
  readonly timeToLive: number;
}

/** Addresses that begin with the same bits. */
export interface AddressPrefix {
  readonly address: IpAddress;
  /** In bits. */
  readonly length: number;
}
/** Both included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Gives a firewall mark to packets that are all that it says; what it leaves out may be anything. */
export interface MarkRule {
  /** 1 to 2^32 − 1. */
  readonly mark: number;
  readonly family: AddressFamily;
  readonly protocol?: Protocol;
  readonly source?: AddressPrefix;
  readonly destination?: AddressPrefix;
  readonly sourcePorts?: PortRange;
  readonly destinationPorts?: PortRange;
}

/** Everything an operator has configured on one director. */
export interface DirectorState {
  /** Which packets have a mark; the first that fits counts. */
  readonly markRules?: readonly MarkRule[];
  readonly services: readonly VirtualService[];
  readonly timeouts: Timeouts;
  readonly settings: DirectorSettings;
  /** The master first. */
  readonly synchronisation?: readonly SynchronisationDaemon[];
}

export const initialState: DirectorState = {
  services: [],
  timeouts: { tcp: 900, tcpFin: 120, udp: 300 },
  settings: initialSettings,
};

/** Numbers as `ipvsadm --stats` shows them. Bytes are of IP datagrams. */
export interface Counters {
  readonly connections: number;
  readonly inPackets: number;
  readonly outPackets: number;
  readonly inBytes: number;
  readonly outBytes: number;
}
/** The same per second. */
export type Rates = Counters;

export interface RealServerStatus {
  readonly activeConnections: number;
  readonly inactiveConnections: number;
  readonly persistentConnections: number;
  readonly counters: Counters;
  readonly rates: Rates;
}

/** One tracked connection, as `ipvsadm -Lc` lists it. */
export interface ConnectionRecord {
  readonly protocol: Protocol | 'ip';
  readonly state: string;
  readonly expiresInSeconds: number;
  readonly client: RealServerKey;
  readonly virtual: RealServerKey;
  readonly destination: RealServerKey;
  /** Of a template that a persistence engine made. */
  readonly engine?: { readonly name: 'sip'; readonly data: string };
}
