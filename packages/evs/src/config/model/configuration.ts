import type { SchedulerName, ServiceKey } from '../../director/index.ts';
import type { IpAddress } from '../../packet/index.ts';
import type { AddressEntry } from '../language/values/address-entry.ts';
import type { Command } from '../language/values/commands.ts';
import type { HeartbeatEntry } from '../language/values/heartbeat-entry.ts';
import type { RouteEntry } from '../language/values/route-entry.ts';
import type { RuleEntry } from '../language/values/rule-entry.ts';
import type { TrackWeight } from '../language/values/tracking.ts';
import type {
  Endpoint,
  LvsMethod,
  SyncDaemonEntry,
  UnicastPeer,
  VirtualServerName,
} from '../language/values/virtual.ts';
import type { ScriptUser } from '../language/values/words.ts';
import type { Checker } from './checker.ts';

/** Everything that a keepalived.conf says, with every default put in. Times are in milliseconds. */
export interface Configuration {
  readonly global: GlobalDefinitions;
  readonly networkNamespace?: string;
  readonly tls: TlsFiles;
  readonly virtualServers: readonly VirtualServer[];
  readonly virtualRouters: readonly VirtualRouter[];
  readonly syncGroups: readonly SyncGroup[];
  readonly scripts: readonly TrackedScript[];
  readonly processes: readonly TrackedProcess[];
  readonly files: readonly TrackedFile[];
  readonly bfdInstances: readonly BfdInstance[];
  readonly announcementGroups: readonly AnnouncementGroup[];
  /** Ways to other directors beside those of the advertisements. */
  readonly heartbeats: readonly HeartbeatEntry[];
  readonly trackGroups: readonly TrackGroup[];
  readonly staticAddresses: readonly AddressEntry[];
  readonly staticRoutes: readonly RouteEntry[];
  readonly staticRules: readonly RuleEntry[];
}

/** Virtual routers that need the devices of static addresses, routes and rules: keepalived's track_group. */
export interface TrackGroup {
  readonly name: string;
  readonly routers: readonly string[];
  readonly devices: readonly string[];
}

export interface GlobalDefinitions {
  /** Absent: the host name. */
  readonly routerId?: string;
  readonly mail: MailSettings;
  readonly scriptUser?: ScriptUser;
  readonly scriptSecurity: boolean;
  readonly fifos: { readonly all?: Fifo; readonly vrrp?: Fifo; readonly lvs?: Fifo };
  readonly fifoStatesOnReload: boolean;
  /** notify_up for servers that are up at the start. */
  readonly realServerInitNotifies: boolean;
  readonly vrrp: VrrpDefaults;
  readonly lvs: LvsDefaults;
}

export interface MailSettings {
  readonly recipients: readonly string[];
  readonly from?: string;
  readonly server?: { readonly host: string; readonly port: number };
  readonly heloName?: string;
  readonly connectTimeoutMs: number;
  readonly noFaults: boolean;
  readonly noCheckers: boolean;
}

export interface Fifo {
  readonly path: string;
  readonly owner?: ScriptUser;
  readonly script?: Command;
}

export interface VrrpDefaults {
  readonly group4: IpAddress;
  readonly group6: IpAddress;
  readonly startupDelayMs: number;
  readonly dynamicInterfaces: 'no' | 'yes' | 'changing';
  readonly logUnknownRouterIds: boolean;
  readonly vmacPrefix: string;
  readonly vmacAddressPrefix: string;
  readonly garpIntervalMs: number;
  readonly gnaIntervalMs: number;
  /** How the kernel is to run virtual routers. */
  readonly thread: {
    readonly nice?: number;
    readonly realTimePriority?: number;
    readonly processors?: readonly number[];
    readonly locked?: boolean;
  };
}

export interface LvsDefaults {
  readonly syncDaemon?: SyncDaemonEntry;
  /** In seconds, as ipvsadm's --set takes them. */
  readonly timeoutsSeconds: {
    readonly tcp?: number;
    readonly tcpfin?: number;
    readonly udp?: number;
  };
  readonly flush: boolean;
  readonly flushOnStop: 'no' | 'all' | 'services';
}

export interface TlsFiles {
  readonly password?: string;
  readonly authorities?: string;
  readonly certificate?: string;
  readonly key?: string;
}

export interface VirtualServer {
  /** `[10.0.0.1]:tcp:80`, `FWM 5` or `[GROUP]:0`, as in logs and mails. */
  readonly label: string;
  readonly name: VirtualServerName;
  /** One for each address and mark that it stands for. */
  readonly services: readonly ServiceKey[];
  readonly scheduler: SchedulerName;
  /** Bits 0x08, 0x10 and 0x20 of ip_vs. */
  readonly schedulerFlags: number;
  readonly method: LvsMethod;
  readonly persistence?: {
    readonly timeoutSeconds: number;
    readonly granularity?: IpAddress | number;
    readonly engine?: 'sip';
  };
  readonly onePacket: boolean;
  readonly delayLoopMs: number;
  readonly quorum: number;
  readonly hysteresis: number;
  readonly omega: boolean;
  readonly haSuspend: boolean;
  readonly quorumUp?: Command;
  readonly quorumDown?: Command;
  readonly smtpAlert: boolean;
  readonly sorryServer?: Endpoint & { readonly method: LvsMethod; readonly inhibit: boolean };
  readonly realServers: readonly ConfiguredRealServer[];
}

export interface ConfiguredRealServer extends Endpoint {
  /** `[10.0.0.2]:tcp:80`. */
  readonly label: string;
  readonly weight: number;
  readonly method: LvsMethod;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  readonly inhibitOnFailure: boolean;
  readonly notifyUp?: Command;
  readonly notifyDown?: Command;
  readonly smtpAlert: boolean;
  /** None: it counts as alive for ever. */
  readonly checkers: readonly Checker[];
}

export interface Tracked {
  readonly name: string;
  readonly weight: TrackWeight;
}
export interface Tracking {
  readonly interfaces: readonly Tracked[];
  readonly scripts: readonly Tracked[];
  readonly files: readonly Tracked[];
  readonly processes: readonly Tracked[];
  readonly bfdInstances: readonly Tracked[];
}

export interface Notifications {
  readonly master?: Command;
  readonly backup?: Command;
  readonly fault?: Command;
  readonly stop?: Command;
  readonly deleted?: Command;
  readonly any?: Command;
  readonly masterReceivedLowerPriority?: Command;
  readonly priorityChanges: boolean;
  readonly smtpAlert: boolean;
}

/** Gratuitous ARP and unsolicited neighbour advertisements of a virtual router. */
export interface Announcements {
  readonly repeat: number;
  /** Until the second burst; 0 for none. */
  readonly delayMs: number;
  /** Between bursts while active; 0 for none. */
  readonly refreshMs: number;
  readonly refreshRepeat: number;
  readonly lowerPriorityDelayMs: number;
  readonly lowerPriorityRepeat: number;
}

export interface VirtualRouter {
  readonly name: string;
  readonly version: 2 | 3;
  readonly family: 'ipv4' | 'ipv6';
  readonly interface: string;
  readonly virtualRouterId: number;
  /** 255 owns the addresses. */
  readonly priority: number;
  /** Only a hint: nobody starts as active unless its priority is 255. */
  readonly initialState: 'MASTER' | 'BACKUP';
  readonly advertIntervalMs: number;
  readonly downTimerAdverts: number;
  readonly preempt: boolean;
  readonly preemptDelayMs: number;
  readonly authentication?: { readonly type: 'PASS' | 'AH'; readonly password: string };
  readonly addresses: readonly AddressEntry[];
  readonly excludedAddresses: readonly AddressEntry[];
  readonly routes: readonly RouteEntry[];
  readonly rules: readonly RuleEntry[];
  readonly source?: IpAddress;
  readonly trackSource: boolean;
  /** Present: adverts go to these peers only. */
  readonly unicast?: {
    readonly peers: readonly UnicastPeer[];
    readonly ttl: number;
    readonly checkSource: boolean;
    readonly oldChecksum: 'auto' | 'never' | 'always';
    readonly faultWithoutPeer: boolean;
  };
  readonly group: IpAddress;
  readonly skipCheckAdvertAddresses: boolean;
  readonly lowerPriorityNoAdvert: boolean;
  readonly higherPrioritySendAdvert: boolean;
  /** The checksum of version 3 leaves the pseudo header out. */
  readonly checksumAsV2: boolean;
  /** Two owners of the addresses: this one never gives way. */
  readonly ownerIgnoresAdverts: boolean;
  readonly strict: boolean;
  readonly accept: boolean;
  readonly trackInterface: boolean;
  readonly promoteSecondaries: boolean;
  readonly vmac?: { readonly name?: string; readonly transmitBase: boolean };
  readonly vmacForAddresses: boolean;
  readonly announcements: Announcements;
  readonly tracking: Tracking;
  readonly notifications: Notifications;
}

export interface SyncGroup {
  readonly name: string;
  readonly members: readonly string[];
  readonly weightsCount: boolean;
  readonly tracking: Tracking;
  readonly notifications: Notifications;
}

export interface TrackedScript {
  readonly name: string;
  readonly command: Command;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly weight: TrackWeight;
  readonly rise: number;
  readonly fall: number;
  readonly runAs?: ScriptUser;
  readonly initFail: boolean;
}
export interface TrackedProcess {
  readonly name: string;
  readonly command: Command;
  readonly parameterMatch: 'exact' | 'initial' | 'partial';
  readonly fullCommand: boolean;
  readonly weight: TrackWeight;
  readonly quorum: number;
  readonly quorumMax?: number;
  readonly forkDelayMs: number;
  readonly terminateDelayMs: number;
}
export interface TrackedFile {
  readonly name: string;
  readonly path: string;
  readonly weight: TrackWeight;
  readonly initial?: { readonly value: number; readonly overwrite: boolean };
}
export interface BfdInstance {
  readonly name: string;
  readonly neighbour: IpAddress;
  readonly source?: IpAddress;
  readonly minReceiveMs: number;
  readonly minTransmitMs: number;
  readonly idleTransmitMs: number;
  readonly multiplier: number;
  readonly passive: boolean;
  readonly ttl: number;
  readonly maxHops: number;
  readonly multihop: boolean;
  readonly weight: TrackWeight;
  readonly forVirtualRouters: boolean;
  readonly forCheckers: boolean;
}
export interface AnnouncementGroup {
  readonly interfaces: readonly string[];
  readonly garpIntervalMs: number;
  readonly gnaIntervalMs: number;
}
