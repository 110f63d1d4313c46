import type { FileCheck } from '../../config/index.ts';
import { History, type ProbeRecord } from '../../healthcheck/index.ts';
import type { TrackedFiles } from './tracked-files.ts';
import type { Finding, Watch } from './watch.ts';

/**
 * FILE_CHECK: the number in a tracked file, times a factor, is added to the weight; with the factor 0, any number
 * but 0 takes the real server down.
 */
export class FileWatch implements Watch {
  readonly checker: FileCheck;
  readonly #files: TrackedFiles;
  readonly #history = new History();
  #onFinding: (finding: Finding) => void = () => undefined;
  #listening: Disposable | undefined;
  #value: number;

  constructor(checker: FileCheck, files: TrackedFiles) {
    this.checker = checker;
    this.#files = files;
    this.#value = files.value(checker.trackFile);
  }

  get up(): boolean {
    return this.checker.weight.weight !== 0 || this.#value === 0;
  }

  get records(): readonly ProbeRecord[] {
    return this.#history.records;
  }

  weigh(weight: number): number {
    const { weight: factor, reverse } = this.checker.weight;
    return Math.max(0, weight + this.#value * (reverse ? -factor : factor));
  }

  start(onFinding: (finding: Finding) => void): void {
    this.#onFinding = onFinding;
    this.#listening = this.#files.listen(this.checker.trackFile, (value) => {
      this.#hear(value);
    });
    this.#hear(this.#files.value(this.checker.trackFile));
  }

  /** It hears, and does not look. */
  suspend(): void {}

  tell(onFinding: (finding: Finding) => void): void {
    this.#onFinding = onFinding;
  }

  #hear(value: number): void {
    const wasUp = this.up;
    this.#value = value;
    const result = { ok: this.up, reason: `${this.checker.trackFile} is ${value}`, durationMs: 0 };
    const change = this.up === wasUp ? undefined : this.up ? 'up' : 'down';
    this.#history.add(result, change);
    this.#onFinding({ result, ...(change !== undefined && { change }) });
  }

  [Symbol.dispose](): void {
    this.#listening?.[Symbol.dispose]();
  }
}
