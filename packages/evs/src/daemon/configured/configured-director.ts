import { isDeepStrictEqual } from 'node:util';
import type { Configuration, VirtualServer } from '../../config/index.ts';
import { changesTo } from '../../director/index.ts';
import { EvsError } from '../../errors/index.ts';
import { loadConfiguration } from './load-configuration.ts';
import { ServiceKeeper, type ServiceKeeperOptions } from './service-keeper.ts';
import { VirtualRouterKeeper } from './virtual-router-keeper.ts';

export interface ConfiguredDirectorOptions extends ServiceKeeperOptions {
  /** Absolute. */
  readonly file: string;
}

/**
 * Does what a configuration in keepalived's language says: its virtual servers with their health checks, and its
 * virtual routers. Services that it does not name are left alone.
 */
export class ConfiguredDirector implements Disposable {
  readonly #options: ConfiguredDirectorOptions;
  #services = new Map<string, ServiceKeeper>();
  #routers: VirtualRouterKeeper[] = [];

  constructor(options: ConfiguredDirectorOptions) {
    this.#options = options;
  }

  start({ virtualServers, virtualRouters }: Configuration): void {
    this.#serve(virtualServers);
    this.#routers = virtualRouters.map(
      (router) => new VirtualRouterKeeper(router, this.#options.log),
    );
    for (const router of this.#routers) router.start();
  }

  /**
   * Reads the file again. What did not change is not touched: health, connections and counters stay. A file with
   * errors changes nothing. Virtual routers keep the settings that they began with.
   */
  reload(): void {
    const { log } = this.#options;
    try {
      const { virtualServers, virtualRouters } = loadConfiguration(this.#options.file, log);
      this.#serve(virtualServers);
      if (
        !isDeepStrictEqual(
          virtualRouters,
          this.#routers.map(({ config }) => config),
        )
      ) {
        log.warn('Virtual routers have changed: that takes a restart so far');
      }
      log.info('The configuration is read again');
    } catch (error) {
      if (!(error instanceof EvsError)) throw error;
      log.error({ err: error }, 'The configuration stays as it was');
    }
  }

  #serve(virtualServers: readonly VirtualServer[]): void {
    const { current, execute } = this.#options;
    const next = new Map<string, ServiceKeeper>();
    for (const server of virtualServers) {
      const known = this.#services.get(server.label);
      const kept = known !== undefined && isDeepStrictEqual(known.server, server);
      next.set(server.label, kept ? known : new ServiceKeeper(server, this.#options));
    }
    const ended = [...this.#services.values()].filter(
      (keeper) => next.get(keeper.server.label) !== keeper,
    );
    const wanted = new Set(next.keys());
    const gone = ended
      .filter(({ server }) => !wanted.has(server.label))
      .flatMap(({ server }) => server.services);
    for (const keeper of ended) keeper[Symbol.dispose]();
    const removals = changesTo(current(), [], gone);
    if (removals.length > 0) execute(removals);
    const begun = [...next.values()].filter(
      (keeper) => this.#services.get(keeper.server.label) !== keeper,
    );
    this.#services = next;
    for (const keeper of begun) keeper.start();
  }

  /** Virtual routers say goodbye; services stay, as the data plane does. */
  [Symbol.dispose](): void {
    for (const keeper of this.#services.values()) keeper[Symbol.dispose]();
    for (const router of this.#routers) router.stop();
  }
}
