import type {
  Command,
  ConnectionRecord,
  Counters,
  DirectorSettings,
  MarkRule,
  Rates,
  RealServer,
  RealServerStatus,
  SynchronisationDaemon,
  Timeouts,
  VirtualService,
} from '../director/index.ts';
import type { Checks } from './checks.ts';
import type { ErrorCode } from '../errors/index.ts';
import type { VirtualRouters } from './virtual-routers.ts';
import type { SynchronisationStatus } from '../sync/index.ts';

/** What came of one command. */
export type CommandResult =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint?: string;
    };

export interface RealServerEntry extends RealServer {
  readonly status: RealServerStatus;
}

/** A service and its real servers with their numbers, in the order in which schedulers look. */
export interface ServiceStatus extends Omit<VirtualService, 'realServers'> {
  readonly counters: Counters;
  readonly rates: Rates;
  readonly realServers: readonly RealServerEntry[];
}

/** A device on which packets are balanced. */
interface BalancedDevice {
  readonly name: string;
  readonly ifindex: number;
  readonly hook: 'tc' | 'xdp-native' | 'xdp-generic';
}

export interface DirectorStatus {
  readonly version: string;
  readonly pid: number;
  /** Release of the running kernel. */
  readonly kernel: string;
  /** Inode of the network namespace. */
  readonly networkNamespace: number;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly devices: readonly BalancedDevice[];
  readonly connections: number;
  /** As many connections as can be tracked at once. */
  readonly connectionTableSize: number;
}

/** The configuration in keepalived's language that a director follows. */
export interface ConfigurationService {
  /** Empty without a configuration. */
  checks(): Checks;
  /** How virtual routers do; none without a configuration. */
  virtualRouters(): Promise<VirtualRouters>;
  /** What it would take to follow this file, in words. Rejects with E_CONFIGURATION if the file has errors. */
  plan(file: string): Promise<readonly string[]>;
  /** Follows this file from now on, all of it or nothing. Resolves to what was done. */
  apply(file: string): Promise<readonly string[]>;
}

/** A running director as the API shows it; the daemon implements it. */
export interface DirectorService extends ConfigurationService {
  /** Makes ready what carrying out these commands would have to wait for, while others are served. */
  prepare(commands: readonly Command[]): Promise<void>;
  /**
   * Carries out commands in order. One that is refused changes nothing and does not stop the rest;
   * the data plane is brought up to date once, at the end.
   */
  execute(commands: readonly Command[]): readonly CommandResult[];
  list(): readonly ServiceStatus[];
  connections(): Iterable<ConnectionRecord>;
  timeouts(): Timeouts;
  settings(): DirectorSettings;
  /** In the order in which they are tried. */
  markRules(): readonly MarkRule[];
  /** How connections are to be synchronised with other directors. */
  synchronisation(): readonly SynchronisationDaemon[];
  /** How that goes. */
  synchronisationStatus(): SynchronisationStatus;
  status(): DirectorStatus;
  /** Ends the daemon after the answer is sent; `destroy` takes the data plane down with it. */
  shutdown(destroy: boolean): void;
}
