import { SystemCallError } from '../../linux/index.ts';
import type { IpAddress } from '../../packet/index.ts';

/** Where a probe goes, and from where. */
export interface ProbeTarget {
  readonly address: IpAddress;
  readonly port: number;
  readonly source?: {
    readonly address?: IpAddress;
    readonly port?: number;
    readonly device?: string;
  };
  /** SO_MARK of its packets; 0 for none. */
  readonly mark?: number;
  /** For the connection and for each answer after it. */
  readonly connectTimeoutMs: number;
}

/** What one probe found. */
export interface ProbeResult {
  readonly ok: boolean;
  /** For people, and short: `connection refused`, `status 503`. */
  readonly reason: string;
  readonly durationMs: number;
  /** MISC_CHECK with misc_dynamic: the weight that the real server should have. */
  readonly weight?: number;
}

/** Looks once whether a real server is well. Never throws, and always ends: see the target's time-out. */
export type Probe = (signal: AbortSignal) => Promise<ProbeResult>;

/** What a probe finds out, or throws ProbeFailure. */
export type Look = (signal: AbortSignal) => Promise<{ reason: string; weight?: number }>;

/** The real server is not well, for this reason. */
export class ProbeFailure extends Error {}

/** A probe from a look: takes the time, and turns everything that is thrown into a result. */
export const probe =
  (look: Look): Probe =>
  async (signal) => {
    const start = performance.now();
    const done = (result: Omit<ProbeResult, 'durationMs'>): ProbeResult => ({
      ...result,
      durationMs: performance.now() - start,
    });
    try {
      return done({ ok: true, ...(await look(signal)) });
    } catch (error) {
      return done({ ok: false, reason: reasonOf(error) });
    }
  };

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = error instanceof SystemCallError ? error.errnoName : codeOf(error);
  return words[code] ?? error.message;
}

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : '';

/** errno names as people say them. */
const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ETIMEDOUT: 'timed out',
  EADDRNOTAVAIL: 'no such source address',
};
