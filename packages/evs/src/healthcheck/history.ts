import type { ProbeResult } from './probe/probe.ts';

/** One look at a real server, as it is remembered. */
export interface ProbeRecord {
  /** When it ended, in milliseconds since 1970. */
  readonly atMs: number;
  readonly ok: boolean;
  readonly reason: string;
  readonly durationMs: number;
  /** What the checker made of it, if that changed its mind. */
  readonly change?: 'up' | 'down';
}

/** As many as are remembered of each checker. */
const mostRecords = 10;
/** Reasons may quote what a server said. */
const longestReason = 120;

/** The last looks of one checker, the newest first. Takes so much memory and no more. */
export class History {
  readonly #records: ProbeRecord[] = [];

  add({ ok, reason, durationMs }: ProbeResult, change?: 'up' | 'down', atMs = Date.now()): void {
    this.#records.unshift({
      atMs,
      ok,
      reason: reason.slice(0, longestReason),
      durationMs,
      ...(change !== undefined && { change }),
    });
    this.#records.length = Math.min(this.#records.length, mostRecords);
  }

  get records(): readonly ProbeRecord[] {
    return this.#records;
  }
}
