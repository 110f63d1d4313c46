import type { CheckerState, CheckSchedule } from './checker-state.ts';

/** State of an HTTP_GET or SSL_GET checker, which looks at one URL at a time. */
export interface UrlRound extends CheckerState {
  /** Which URL is next, from 0. */
  readonly url: number;
  /** While down: URLs in a row that were well since the failed one was. -1: that one still fails. */
  readonly well: number;
}

export interface UrlStep {
  readonly state: UrlRound;
  readonly nextMs: number;
  readonly change?: 'up' | 'down';
}

export interface UrlSchedule extends CheckSchedule {
  readonly urls: number;
  /** No pause between URLs while recovering. */
  readonly fastRecovery: boolean;
}

export const initialUrlRound = ({ alpha }: CheckSchedule): UrlRound => ({
  isUp: !alpha,
  hasRun: false,
  attempts: 0,
  url: 0,
  well: -1,
});

/**
 * The checker after one URL. While up, one URL each delay_loop; a failed one must be well again, and then all
 * from the first, before the real server comes up. keepalived 2.2, as observed.
 */
export function stepUrls(state: UrlRound, schedule: UrlSchedule, succeeded: boolean): UrlStep {
  if (!succeeded) return fail(state, schedule);
  return state.isUp ? advance(state, schedule) : recover(state, schedule);
}

function advance(state: UrlRound, { urls, delayLoopMs }: UrlSchedule): UrlStep {
  const url = (state.url + 1) % urls;
  return { state: { ...state, hasRun: true, attempts: 0, url }, nextMs: delayLoopMs };
}

function recover(state: UrlRound, { urls, delayLoopMs, fastRecovery }: UrlSchedule): UrlStep {
  const pause = fastRecovery ? 0 : delayLoopMs;
  const well = state.well + 1;
  // The one that had failed: it is well, now all of them from the first. A single URL needs no second look.
  if (state.well === -1 && urls > 1) {
    return { state: { ...state, hasRun: true, attempts: 0, url: 0, well }, nextMs: pause };
  }
  if (state.well !== -1 && well < urls) {
    return { state: { ...state, attempts: 0, url: state.url + 1, well }, nextMs: pause };
  }
  const next = { isUp: true, hasRun: true, attempts: 0, url: 0, well: -1 };
  return { state: next, nextMs: delayLoopMs, change: 'up' };
}

function fail(state: UrlRound, schedule: UrlSchedule): UrlStep {
  const { retries, delayBeforeRetryMs, delayLoopMs } = schedule;
  const attempts = state.attempts + 1;
  if (!state.isUp) {
    const next = { ...state, hasRun: true, attempts: 0, well: -1 };
    return { state: next, nextMs: Math.max(delayBeforeRetryMs, delayLoopMs) };
  }
  if (state.hasRun && attempts <= retries) {
    return { state: { ...state, attempts }, nextMs: delayBeforeRetryMs };
  }
  const next = { ...state, isUp: false, hasRun: true, attempts: 0, well: -1 };
  return { state: next, nextMs: Math.max(delayBeforeRetryMs, delayLoopMs), change: 'down' };
}
