import { setTimeout as delay } from 'node:timers/promises';
import type { Probe, ProbeResult } from '../../healthcheck/index.ts';

/** A checker as a sequence of probes: which comes next, and what its result means. */
export interface CheckerPlan {
  readonly firstMs: number;
  readonly startsUp: boolean;
  next(): Probe;
  /** Milliseconds until the next probe, and the change if there is one. */
  judge(result: ProbeResult): { readonly nextMs: number; readonly change?: 'up' | 'down' };
}

export interface Verdict {
  readonly up: boolean;
  readonly result: ProbeResult;
}

/** Runs one checker until it is disposed of: probe, judge, wait, for ever. Never two probes at a time. */
export class CheckerWatch implements Disposable {
  readonly #controller = new AbortController();
  readonly #plan: CheckerPlan;
  readonly #onResult: (verdict: Verdict, changed: boolean) => void;
  up: boolean;

  constructor(plan: CheckerPlan, onResult: (verdict: Verdict, changed: boolean) => void) {
    this.#plan = plan;
    this.#onResult = onResult;
    this.up = plan.startsUp;
  }

  /** Ends when it is disposed of. */
  async run(): Promise<void> {
    const { signal } = this.#controller;
    let waitMs = this.#plan.firstMs;
    while (await this.#waited(waitMs)) {
      const result = await this.#plan.next()(signal);
      if (signal.aborted) return;
      const { nextMs, change } = this.#plan.judge(result);
      if (change !== undefined) this.up = change === 'up';
      this.#onResult({ up: this.up, result }, change !== undefined);
      waitMs = nextMs;
    }
  }

  /** False if it ended meanwhile. */
  async #waited(ms: number): Promise<boolean> {
    const { signal } = this.#controller;
    try {
      await delay(ms, undefined, { signal, ref: false });
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#controller.abort();
  }
}
