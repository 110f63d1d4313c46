import type { BfdCheck } from '../../config/index.ts';
import { History, type ProbeRecord } from '../../healthcheck/index.ts';
import type { BfdSessions } from './bfd-sessions.ts';
import type { Finding, Watch } from './watch.ts';

/**
 * BFD_CHECK: the real server is as well as a session of BFD. One that has never been up leaves it in service, unless
 * it is to prove itself first (alpha).
 */
export class BfdWatch implements Watch {
  readonly checker: BfdCheck;
  readonly #sessions: BfdSessions;
  readonly #history = new History();
  #onFinding: (finding: Finding) => void = () => undefined;
  #listening: Disposable | undefined;
  #up: boolean;

  constructor(checker: BfdCheck, sessions: BfdSessions) {
    this.checker = checker;
    this.#sessions = sessions;
    this.#up = sessions.isUp(checker.instance) ?? !checker.alpha;
  }

  get up(): boolean {
    return this.#up;
  }

  get records(): readonly ProbeRecord[] {
    return this.#history.records;
  }

  weigh(weight: number): number {
    return weight;
  }

  start(onFinding: (finding: Finding) => void): void {
    this.#onFinding = onFinding;
    this.#listening = this.#sessions.listen(this.checker.instance, (up) => {
      this.#hear(up);
    });
  }

  /** It hears, and does not look. */
  suspend(): void {}

  tell(onFinding: (finding: Finding) => void): void {
    this.#onFinding = onFinding;
  }

  #hear(up: boolean): void {
    const reason = `session ${this.checker.instance} is ${up ? 'up' : 'down'}`;
    const result = { ok: up, reason, durationMs: 0 };
    const change = up === this.#up ? undefined : up ? 'up' : 'down';
    this.#up = up;
    this.#history.add(result, change);
    this.#onFinding({ result, ...(change !== undefined && { change }) });
  }

  [Symbol.dispose](): void {
    this.#listening?.[Symbol.dispose]();
  }
}
