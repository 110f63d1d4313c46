import type { DirectorState } from '../director/model.ts';
import type { Logger } from './log.ts';
import type { DataPlanePort } from './ports.ts';

/** Who starts a director to give it a service at once is not held up by what is done for those that wait. */
const settleMs = 10;

export interface ForesightOptions {
  readonly plane: Pick<DataPlanePort, 'warmUp' | 'anticipate'>;
  readonly current: () => DirectorState;
  readonly log: Logger;
}

/** Uses idle time, so that commands need not wait for what can be made ready ahead. */
export class Foresight implements Disposable {
  readonly #options: ForesightOptions;
  #next: NodeJS.Immediate | undefined;
  #soon: NodeJS.Timeout | undefined;

  constructor(options: ForesightOptions) {
    this.#options = options;
  }

  /** Begins with what the first service needs, if there is none yet. */
  start(): void {
    const { plane, current } = this.#options;
    if (current().services.length === 0) this.#warmUp(plane.warmUp()[Symbol.iterator]());
    else this.changed();
  }

  #warmUp(steps: Iterator<void>): void {
    this.#next = setImmediate(() => {
      const goesOn = this.#guard(() => steps.next().done !== true);
      if (goesOn === true) this.#warmUp(steps);
    });
  }

  /** To be called after every change of the services. */
  changed(): void {
    const { plane, current } = this.#options;
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.#guard(() => plane.anticipate(current()));
    }, settleMs);
  }

  /** What fails ahead of its time fails again, with a message, when it is asked for. */
  #guard<T>(body: () => T): T | undefined {
    try {
      return body();
    } catch (error) {
      this.#options.log.debug({ err: error }, 'Cannot make ready what may be needed');
      return undefined;
    }
  }

  [Symbol.dispose](): void {
    clearImmediate(this.#next);
    clearTimeout(this.#soon);
  }
}
