import type { Logger } from './log.ts';
import type { DataPlanePort } from './ports.ts';

const everyMs = 1_000;
/** A sweep holds the event loop: it may take this share of the time. */
const share = 1 / 50;

/** How long to wait after a sweep that took `tookMs`: a second, longer if the table is huge. */
export const pauseAfterSweepMs = (tookMs: number): number => Math.max(everyMs, tookMs / share);

/** Removes expired connections about once a second, until it is disposed of. */
export class Sweeper implements Disposable {
  readonly #plane: Pick<DataPlanePort, 'sweep'>;
  readonly #log: Logger;
  #timer: NodeJS.Timeout;

  constructor(plane: Pick<DataPlanePort, 'sweep'>, log: Logger) {
    this.#plane = plane;
    this.#log = log;
    this.#timer = setTimeout(() => this.#sweep(), everyMs);
  }

  #sweep(): void {
    const startedMs = performance.now();
    try {
      const { visited, expired } = this.#plane.sweep();
      if (expired > 0) this.#log.trace({ visited, expired }, 'Swept the connection table');
    } catch (error) {
      this.#log.error({ err: error }, 'Cannot sweep the connection table');
    }
    const pauseMs = pauseAfterSweepMs(performance.now() - startedMs);
    this.#timer = setTimeout(() => this.#sweep(), pauseMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
