import type { ReloadStep, VirtualRouter } from '../../config/index.ts';
import type { Logger } from '../log.ts';
import type { RouterChange } from './mail-observer.ts';
import { VirtualRouterKeeper } from './virtual-router-keeper.ts';

/** The virtual routers of a configuration. Those that no step of a reload names are not touched. */
export class VirtualRouters implements Disposable {
  readonly #log: Logger;
  readonly #onChange: (change: RouterChange) => void;
  /** By the settings that they run with. */
  readonly #keepers = new Map<VirtualRouter, VirtualRouterKeeper>();

  constructor(log: Logger, onChange: (change: RouterChange) => void) {
    this.#log = log;
    this.#onChange = onChange;
  }

  /** Ends those that are gone: they say goodbye, and their addresses go. */
  leave(steps: readonly ReloadStep[]): void {
    for (const step of steps) {
      if (step.kind !== 'removeVirtualRouter') continue;
      this.#keepers.get(step.router)?.stop();
      this.#keepers.delete(step.router);
    }
  }

  /** Begins those that are new. */
  arrive(steps: readonly ReloadStep[]): void {
    for (const step of steps) {
      if (step.kind === 'addVirtualRouter') this.#begin(step.router);
      if (step.kind !== 'editVirtualRouter') continue;
      const keeper = this.#keepers.get(step.before);
      if (keeper === undefined) continue;
      this.#keepers.delete(step.before);
      this.#keepers.set(step.after, keeper);
      this.#log.warn({ virtualRouter: step.after.name }, 'Its changes take a restart so far');
    }
  }

  #begin(router: VirtualRouter): void {
    const keeper = new VirtualRouterKeeper(router, this.#log, this.#onChange);
    this.#keepers.set(router, keeper);
    keeper.start();
  }

  [Symbol.dispose](): void {
    for (const keeper of this.#keepers.values()) keeper.stop();
  }
}
