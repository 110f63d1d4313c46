import type { ConfiguredRealServer, VirtualServer } from '../../config/index.ts';
import { changesTo, type Command, type DirectorState } from '../../director/index.ts';
import { hasQuorum, quorumText, type ProbeResult } from '../../healthcheck/index.ts';
import type { Logger } from '../log.ts';
import { planOf } from './checker-plans.ts';
import { CheckerWatch } from './checker-watch.ts';
import { wantedServices, type Health } from './wanted-services.ts';

export interface ServiceKeeperOptions {
  readonly current: () => DirectorState;
  readonly execute: (commands: readonly Command[]) => void;
  readonly log: Logger;
  /** At least 0, less than 1. */
  readonly random: () => number;
}

interface Watched {
  readonly server: ConfiguredRealServer;
  readonly checkers: readonly CheckerWatch[];
  weight: number;
}

/** Keeps the services of one virtual server as its health checks say. keepalived's virtual_server. */
export class ServiceKeeper implements Disposable {
  readonly server: VirtualServer;
  readonly #options: ServiceKeeperOptions;
  readonly #watched: readonly Watched[];
  #hasQuorum: boolean;

  constructor(server: VirtualServer, options: ServiceKeeperOptions) {
    this.server = server;
    this.#options = options;
    this.#watched = server.realServers.map((realServer) => this.#watch(realServer));
    this.#hasQuorum = hasQuorum(server, false, this.#aliveWeight());
  }

  /** Puts the services in force, before the first check, and begins to check. */
  start(): void {
    this.#apply();
    for (const { checkers } of this.#watched) for (const checker of checkers) void checker.run();
  }

  #watch(server: ConfiguredRealServer): Watched {
    const { log, random } = this.#options;
    const checkers = server.checkers.flatMap((checker) => {
      const plan = planOf(checker, random);
      if (plan === undefined) {
        log.warn(
          { checker: checker.kind, realServer: server.label },
          'Not built yet: it counts as well',
        );
        return [];
      }
      return [
        new CheckerWatch(plan, ({ result }, changed) => {
          this.#hear(watched, checker.kind, result, changed);
        }),
      ];
    });
    const watched: Watched = { server, checkers, weight: server.weight };
    return watched;
  }

  #hear(watched: Watched, kind: string, result: ProbeResult, changed: boolean): void {
    const weight = result.ok ? (result.weight ?? watched.server.weight) : watched.weight;
    const reweighted = weight !== watched.weight;
    watched.weight = weight;
    const about = { realServer: watched.server.label, virtualServer: this.server.label };
    if (changed) {
      const { reason, durationMs } = result;
      const state = this.#healthOf(watched).up ? 'up' : 'down';
      this.#options.log.info(
        { ...about, checker: kind, reason, durationMs, state },
        'A checker has changed its mind',
      );
    } else if (reweighted) this.#options.log.info({ ...about, weight }, 'A checker sets a weight');
    if (changed || reweighted) this.#apply();
  }

  readonly #healthOf = ({ checkers, weight }: Watched): Health => ({
    up: checkers.every((checker) => checker.up),
    weight,
  });

  #aliveWeight(): number {
    return this.#watched
      .map(this.#healthOf)
      .reduce((sum, { up, weight }) => sum + (up ? weight : 0), 0);
  }

  #apply(): void {
    const { server } = this;
    const { current, execute, log } = this.#options;
    const weights = this.#aliveWeight();
    const has = hasQuorum(server, this.#hasQuorum, weights);
    if (has !== this.#hasQuorum) {
      log.info({ virtualServer: server.label }, quorumText(server, has, weights));
      this.#hasQuorum = has;
    }
    const health = new Map(
      this.#watched.map((watched) => [watched.server, this.#healthOf(watched)]),
    );
    const healthOf = (realServer: ConfiguredRealServer): Health =>
      health.get(realServer) ?? { up: true, weight: realServer.weight };
    const commands = changesTo(current(), wantedServices(server, healthOf, has));
    if (commands.length > 0) execute(commands);
  }

  [Symbol.dispose](): void {
    for (const { checkers } of this.#watched)
      for (const checker of checkers) checker[Symbol.dispose]();
  }
}
