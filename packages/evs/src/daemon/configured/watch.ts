import type { Checker } from '../../config/index.ts';
import type { ProbeRecord, ProbeResult } from '../../healthcheck/index.ts';

/** What a watch found, and whether that changed what it makes of its real server. */
export interface Finding {
  readonly result: ProbeResult;
  readonly change?: 'up' | 'down';
}

/** One checker at work on one real server, until it is disposed of. */
export interface Watch extends Disposable {
  readonly checker: Checker;
  readonly up: boolean;
  /** The last looks, the newest first. */
  readonly records: readonly ProbeRecord[];
  /** The real server's weight as this checker wants it, from what it would be without. */
  weigh(weight: number): number;
  /** Begins to look, and tells what it finds. */
  start(onFinding: (finding: Finding) => void): void;
  /** Looks no more until it is undone; what it believes stays. */
  suspend(suspended: boolean): void;
  /** Who hears of findings from now on. */
  tell(onFinding: (finding: Finding) => void): void;
}
