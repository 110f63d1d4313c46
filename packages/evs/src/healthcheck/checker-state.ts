/** When a checker checks. Times in milliseconds. */
export interface CheckSchedule {
  readonly delayLoopMs: number;
  /** The first check waits one second and a random time up to this. */
  readonly warmupMs: number;
  /** Attempts after a first one that failed. */
  readonly retries: number;
  readonly delayBeforeRetryMs: number;
  /** Counts as down until its first success. */
  readonly alpha: boolean;
}

/** What a checker believes of its real server. */
export interface CheckerState {
  readonly isUp: boolean;
  readonly hasRun: boolean;
  /** Failures in a row since the last success or the last decision. */
  readonly attempts: number;
}

/** keepalived's families of checkers differ in what a checker does while its real server is down. */
export type WhileDown =
  /** TCP_CHECK, SMTP_CHECK, MISC_CHECK: all retries each time. */
  | 'bursts'
  /** UDP_CHECK, PING_CHECK, DNS_CHECK: one attempt each time. */
  | 'single';

/** How a kind of checker judges. */
export interface Manner {
  readonly whileDown: WhileDown;
  /** SMTP_CHECK: the very first failure is tried again like any other. */
  readonly retriesFirst?: boolean;
}

export interface CheckerStep {
  readonly state: CheckerState;
  /** Until the next check, from the end of this one. */
  readonly nextMs: number;
  readonly change?: 'up' | 'down';
}

export const initialCheckerState = ({ alpha }: CheckSchedule): CheckerState => ({
  isUp: !alpha,
  hasRun: false,
  attempts: 0,
});

/** When the first check begins; `random` is from 0 to below 1. */
export const firstCheckMs = ({ warmupMs }: CheckSchedule, random: number): number =>
  1_000 + random * warmupMs;

/**
 * The checker after one check. A real server goes down after all retries have failed, and comes up with one
 * success; the very first failure counts at once, since nobody has seen the server work.
 */
export function stepChecker(
  state: CheckerState,
  schedule: CheckSchedule,
  manner: Manner,
  succeeded: boolean,
): CheckerStep {
  const { delayLoopMs } = schedule;
  if (succeeded) {
    const next = { isUp: true, hasRun: true, attempts: 0 };
    return { state: next, nextMs: delayLoopMs, ...(state.isUp ? {} : { change: 'up' as const }) };
  }
  const attempts = state.attempts + 1;
  if (mayRetry(state, schedule, manner, attempts)) {
    return { state: { ...state, hasRun: true, attempts }, nextMs: schedule.delayBeforeRetryMs };
  }
  const next = { isUp: false, hasRun: true, attempts: 0 };
  return { state: next, nextMs: delayLoopMs, ...(state.isUp ? { change: 'down' as const } : {}) };
}

function mayRetry(
  { hasRun, isUp }: CheckerState,
  { retries }: CheckSchedule,
  { whileDown, retriesFirst }: Manner,
  attempts: number,
): boolean {
  if (!hasRun && isUp && retriesFirst !== true) return false;
  if (!isUp && whileDown === 'single') return false;
  return attempts <= retries;
}
