import type { Checker } from '../../config/index.ts';
import {
  History,
  type Probe,
  type ProbeRecord,
  type ProbeResult,
} from '../../healthcheck/index.ts';
import type { Finding, Watch } from './watch.ts';

/** A checker as a sequence of probes: which comes next, and what its result means. */
export interface CheckerPlan {
  readonly firstMs: number;
  /** What it believes of its real server. */
  readonly state: { readonly isUp: boolean };
  /** Pauses are counted from the start of a probe, not from its end. */
  readonly fromStart?: boolean;
  next(): Probe;
  /** Milliseconds until the next probe, and the change if there is one. */
  judge(result: ProbeResult): { readonly nextMs: number; readonly change?: 'up' | 'down' };
}

/** Runs one checker until it is disposed of: probe, judge, wait, for ever. Never two probes at a time. */
export class CheckerWatch implements Watch {
  readonly checker: Checker;
  readonly plan: CheckerPlan;
  #controller = new AbortController();
  readonly #history: History;
  #onFinding: (finding: Finding) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #suspended = false;
  #started = false;
  /** What a program of MISC_CHECK asked for. */
  #weight: number | undefined;

  /** Goes on where `before`, which had other times, stopped. */
  constructor(checker: Checker, plan: CheckerPlan, before?: CheckerWatch) {
    this.checker = checker;
    this.plan = plan;
    this.#history = before === undefined ? new History() : before.#history;
    if (before !== undefined) this.#weight = before.#weight;
  }

  get up(): boolean {
    return this.plan.state.isUp;
  }

  get records(): readonly ProbeRecord[] {
    return this.#history.records;
  }

  weigh(weight: number): number {
    return this.#weight ?? weight;
  }

  start(onFinding: (finding: Finding) => void): void {
    this.#onFinding = onFinding;
    this.#started = true;
    if (!this.#suspended) this.#wait(this.plan.firstMs);
  }

  suspend(suspended: boolean): void {
    if (suspended === this.#suspended) return;
    this.#suspended = suspended;
    if (!this.#started) return;
    this.#cease();
    if (!suspended) this.#wait(this.plan.firstMs);
  }

  /** A look that is on its way comes to nothing. */
  #cease(): void {
    clearTimeout(this.#timer);
    this.#controller.abort();
    this.#controller = new AbortController();
  }

  tell(onFinding: (finding: Finding) => void): void {
    this.#onFinding = onFinding;
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => void this.#look(), ms);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const { signal } = this.#controller;
    const result = await this.plan.next()(signal);
    if (signal.aborted) return;
    const { nextMs, change } = this.plan.judge(result);
    if (result.ok) this.#weight = result.weight;
    this.#history.add(result, change);
    this.#wait(this.plan.fromStart === true ? Math.max(0, nextMs - result.durationMs) : nextMs);
    this.#onFinding({ result, ...(change !== undefined && { change }) });
  }

  [Symbol.dispose](): void {
    this.#suspended = true;
    this.#cease();
  }
}
