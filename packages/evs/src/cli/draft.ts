import type {
  AddressFamily,
  ForwardingMethod,
  Protocol,
  SynchronisationDaemon,
  Timeouts,
  Tunnel,
} from '../director/index.ts';
import type { IpAddress } from '../packet/ip-address.ts';
import type { Endpoint } from './endpoints.ts';
import type { CommandName, Setting } from './options.ts';

/** A command line while its options are read, left to right. What they mean may depend on earlier ones. */
export interface Draft {
  readonly command: CommandName;
  readonly given: Set<Setting>;
  /** Of `--start-daemon` and `--stop-daemon`. */
  daemon: Writable<SynchronisationDaemon>;
  /** Of `--set`. */
  timeouts: Timeouts;
  /** Of `-t`, `-u` and `--sctp-service`; a mark counts as TCP when ports are named. */
  protocol?: Protocol;
  virtual?: Endpoint;
  mark?: number;
  family: AddressFamily;
  scheduler?: string;
  schedulerFlags: string;
  persistentSeconds?: number;
  mask?: IpAddress | number;
  engine?: string;
  real?: Endpoint;
  method: ForwardingMethod;
  weight: number;
  upperThreshold: number;
  lowerThreshold: number;
  tunnelType: Tunnel['type'];
  tunnelPort: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export const startDraft = (command: CommandName): Draft => ({
  command,
  given: new Set(),
  daemon: {
    role: 'master',
    device: 'eth0',
    syncId: 0,
    maximumLength: 0,
    group: '224.0.0.81',
    port: 8848,
    timeToLive: 1,
  },
  timeouts: { tcp: 0, tcpFin: 0, udp: 0 },
  family: 'ipv4',
  schedulerFlags: '',
  method: 'gatewaying',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  tunnelType: 'ipip',
  tunnelPort: 0,
});
