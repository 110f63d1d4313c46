import { matchCheckers, type ConfiguredRealServer } from '../../config/index.ts';
import { createWatch, type WatchTools } from './create-watch.ts';
import type { Finding, Watch } from './watch.ts';
import type { Health } from './wanted-services.ts';

/** A configured real server and the watches on it. */
export class WatchedServer {
  readonly config: ConfiguredRealServer;
  readonly watches: readonly Watch[];
  /** Begun by `start`, since nobody took them over. */
  readonly #fresh: ReadonlySet<Watch>;

  /** Takes over the watches of `before` that ask the same, and nothing else happens to them until `start`. */
  constructor(config: ConfiguredRealServer, tools: WatchTools, before?: WatchedServer) {
    this.config = config;
    const known = new Map(before?.watches.map((watch) => [watch.checker, watch]));
    const kept = matchCheckers([...known.keys()], config.checkers).kept;
    const fresh = new Set<Watch>();
    this.watches = config.checkers.flatMap((checker) => {
      const pair = kept.find(({ after }) => after === checker);
      const former = pair && known.get(pair.before);
      if (pair?.same === true && former !== undefined) return [former];
      const watch = createWatch(checker, tools, former);
      if (watch === undefined) return [];
      fresh.add(watch);
      return [watch];
    });
    this.#fresh = fresh;
  }

  get health(): Health {
    const { weight } = this.config;
    return {
      up: this.watches.every((watch) => watch.up),
      weight: this.watches.reduce((sum, watch) => watch.weigh(sum), weight),
    };
  }

  suspend(suspended: boolean): void {
    for (const watch of this.watches) watch.suspend(suspended);
  }

  /** Starts the watches that are new, and hears from all. */
  start(onFinding: (watch: Watch, finding: Finding) => void): void {
    for (const watch of this.watches) {
      const hear = (finding: Finding): void => {
        onFinding(watch, finding);
      };
      if (this.#fresh.has(watch)) watch.start(hear);
      else watch.tell(hear);
    }
  }

  /** Ends the watches that `successor` did not take over; all of them if there is none. */
  end(successor?: WatchedServer): void {
    const taken = new Set(successor?.watches);
    for (const watch of this.watches) if (!taken.has(watch)) watch[Symbol.dispose]();
  }
}
