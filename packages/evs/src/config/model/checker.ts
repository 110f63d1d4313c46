import type { IpAddress } from '../../packet/index.ts';
import type { Command } from '../language/values/commands.ts';
import type { TrackWeight } from '../language/values/tracking.ts';
import type { ScriptUser } from '../language/values/words.ts';

/** When a checker checks, with all defaults put in. Times are in milliseconds. */
export interface CheckerTiming {
  readonly delayLoopMs: number;
  /** The first check waits 1 s and a random time up to this. */
  readonly warmupMs: number;
  /** Attempts after the first one that failed. */
  readonly retries: number;
  readonly delayBeforeRetryMs: number;
  /** Counts as down until its first success. */
  readonly alpha: boolean;
  readonly logAllFailures: boolean;
}

/** Where a checker connects, and how. */
export interface CheckerTarget {
  readonly address: IpAddress;
  readonly port: number;
  readonly source?: {
    readonly address?: IpAddress;
    readonly port?: number;
    readonly device?: string;
  };
  readonly connectTimeoutMs: number;
  /** SO_MARK of its packets; 0 for none. */
  readonly mark: number;
}

interface Probe {
  readonly target: CheckerTarget;
  readonly timing: CheckerTiming;
}

export interface TcpCheck extends Probe {
  readonly kind: 'TCP_CHECK';
}
export interface PingCheck extends Probe {
  readonly kind: 'PING_CHECK';
}
export interface UrlCheck {
  readonly path: string;
  readonly statusCodes: readonly { readonly from: number; readonly to: number }[];
  /** MD5 of the body, 32 lower-case digits. */
  readonly digest?: string;
  readonly virtualHost?: string;
  readonly regex?: {
    readonly pattern: string;
    readonly options: readonly string[];
    readonly noMatch: boolean;
    readonly minOffset: number;
    readonly maxOffset?: number;
  };
}
export interface HttpCheck extends Probe {
  readonly kind: 'HTTP_GET' | 'SSL_GET';
  readonly urls: readonly UrlCheck[];
  /** Of the checker, else of the real server, else of the virtual server. */
  readonly virtualHost?: string;
  /** The same for TLS's server name, which leaves the real server out. */
  readonly sniHost?: string;
  readonly protocol: '1.0' | '1.0C' | '1.1';
  readonly enableSni: boolean;
  readonly fastRecovery: boolean;
}
export interface SmtpCheck {
  readonly kind: 'SMTP_CHECK';
  readonly heloName: string;
  /** All must answer. */
  readonly targets: readonly CheckerTarget[];
  readonly timing: CheckerTiming;
}
export interface DnsCheck extends Probe {
  readonly kind: 'DNS_CHECK';
  readonly type: string;
  readonly name: string;
}
export interface UdpCheck extends Probe {
  readonly kind: 'UDP_CHECK';
  /** Hexadecimal digits. */
  readonly payload: string;
  /** Absent: silence is success. Digits that must match, `x` for any; empty if any answer will do. */
  readonly reply?: {
    readonly pattern: string;
    readonly minLength: number;
    readonly maxLength: number;
  };
}
export interface MiscCheck {
  readonly kind: 'MISC_CHECK';
  readonly command: Command;
  readonly timeoutMs: number;
  readonly dynamic: boolean;
  readonly runAs?: ScriptUser;
  readonly timing: CheckerTiming;
}
export interface FileCheck {
  readonly kind: 'FILE_CHECK';
  readonly trackFile: string;
  readonly weight: TrackWeight;
}
export interface BfdCheck {
  readonly kind: 'BFD_CHECK';
  readonly instance: string;
  readonly alpha: boolean;
}

/** What tells whether a real server is well. */
export type Checker =
  | TcpCheck
  | PingCheck
  | HttpCheck
  | SmtpCheck
  | DnsCheck
  | UdpCheck
  | MiscCheck
  | FileCheck
  | BfdCheck;
