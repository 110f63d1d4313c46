import { only } from '../language/read-section.ts';
import type { Located } from '../language/spec.ts';
import type { CheckerTiming } from './checker.ts';

/** Keywords on timing that a checker, a real server and a virtual server may have. */
export interface TimingKeywords {
  readonly retry: readonly Located<number>[];
  readonly delay_before_retry: readonly Located<number>[];
  readonly delay_loop: readonly Located<number>[];
  readonly warmup: readonly Located<number>[];
  readonly alpha: readonly Located<boolean>[];
}

/** What a checker falls back on: its real server's keywords, then its virtual server's. */
export type Outer = readonly TimingKeywords[];

/** The innermost value of a keyword. */
export function inherited<T>(levels: readonly (readonly Located<T>[])[]): T | undefined {
  return levels.map(only).find((value) => value !== undefined);
}

/** The innermost value of a keyword, or what holds without it. */
export const inheritedOr = <T>(levels: readonly (readonly Located<T>[])[], usual: T): T =>
  inherited(levels) ?? usual;

const minuteMs = 60_000;

/** Timing with inheritance and each checker's own defaults, keepalived.conf(5). */
export function timingOf(
  own: TimingKeywords & { readonly log_all_failures: readonly Located<boolean>[] },
  outer: Outer,
  initial: { readonly retries: number; readonly delayBeforeRetryMs: number | 'delayLoop' },
  logAllFailures: boolean,
): CheckerTiming {
  const levels = [own, ...outer];
  const pick = (keyword: 'retry' | 'delay_before_retry' | 'delay_loop' | 'warmup') =>
    inherited(levels.map((level) => level[keyword]));
  const delayLoopMs = pick('delay_loop') ?? minuteMs;
  const { delayBeforeRetryMs } = initial;
  return {
    delayLoopMs,
    warmupMs: pick('warmup') ?? delayLoopMs,
    retries: pick('retry') ?? initial.retries,
    delayBeforeRetryMs:
      pick('delay_before_retry') ??
      (delayBeforeRetryMs === 'delayLoop' ? delayLoopMs : delayBeforeRetryMs),
    alpha: inherited(levels.map((level) => level.alpha)) ?? false,
    logAllFailures: only(own.log_all_failures) ?? logAllFailures,
  };
}
