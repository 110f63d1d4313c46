import type {
  Checks,
  CommandResult,
  ConfigurationService,
  DirectorService,
  DirectorStatus,
  RealServerEntry,
  ServiceStatus,
  VirtualRouters,
} from '../api/index.ts';
import {
  endpointText,
  keyText,
  type Command,
  type ConnectionRecord,
  type Counters,
  type DirectorSettings,
  type DirectorState,
  type MarkRule,
  type RealServer,
  type RealServerStatus,
  type SynchronisationDaemon,
  type Timeouts,
} from '../director/index.ts';
import { EvsError } from '../errors/index.ts';
import type { SynchronisationStatus } from '../sync/index.ts';
import { refusalOf, runCommands, type MtuOf, type Outcome } from './execute.ts';
import type { Foresight } from './foresight.ts';
import type { Logger } from './log.ts';
import type { DataPlanePort, PlaneStatus } from './ports.ts';
import type { PublishedState } from './published-state.ts';
import type { RateEstimator } from './rate-estimator.ts';

export interface DirectorOptions {
  readonly state: Pick<PublishedState, 'current' | 'replace'>;
  readonly plane: Pick<
    DataPlanePort,
    'prepare' | 'status' | 'connectionCount' | 'connections' | 'zero' | 'attached'
  >;
  readonly foresight: Pick<Foresight, 'changed'>;
  readonly rates: Pick<RateEstimator, 'ratesOf' | 'zero'>;
  /** What never changes while the daemon runs. */
  readonly about: Omit<DirectorStatus, 'devices' | 'connections'>;
  readonly mtuOf: MtuOf;
  readonly followed: ConfigurationService;
  readonly synchroniser: { readonly status: SynchronisationStatus };
  readonly shutdown: (destroy: boolean) => void;
  readonly log: Logger;
}

/** What the API offers, carried out on the state and the data plane of this daemon. */
export class Director implements DirectorService {
  readonly #options: DirectorOptions;
  /** What the commands that were made ready last come to. */
  #ready: { commands: readonly Command[]; before: DirectorState; outcome: Outcome } | undefined;

  constructor(options: DirectorOptions) {
    this.#options = options;
  }

  async prepare(commands: readonly Command[]): Promise<void> {
    const { state, plane, mtuOf } = this.#options;
    const before = state.current;
    const outcome = runCommands(before, commands, mtuOf);
    this.#ready = { commands, before, outcome };
    await plane.prepare(outcome.state);
  }

  execute(commands: readonly Command[]): readonly CommandResult[] {
    const { state, plane, rates, foresight, log } = this.#options;
    const outcome = this.#outcomeOf(commands);
    try {
      state.replace(outcome.state);
      foresight.changed();
      for (const key of outcome.zeroed) {
        plane.zero(key);
        rates.zero(key);
      }
    } catch (error) {
      log.error({ err: error }, 'Cannot carry out commands; all is as before');
      const refusal = refusalOf(error);
      return outcome.results.map((result) => (result.ok ? refusal : result));
    }
    log.debug({ commands: commands.length, refused: refused(outcome.results) }, 'Commands');
    return outcome.results;
  }

  /** Thousands of commands are gone through once, unless other changes came between. */
  #outcomeOf(commands: readonly Command[]): Outcome {
    const { state, mtuOf } = this.#options;
    const ready = this.#ready;
    this.#ready = undefined;
    return ready?.commands === commands && ready.before === state.current
      ? ready.outcome
      : runCommands(state.current, commands, mtuOf);
  }

  /** Carries out all commands, or throws why not, and then none of them. */
  executeAll(commands: readonly Command[]): void {
    const { state, mtuOf } = this.#options;
    const outcome = runCommands(state.current, commands, mtuOf);
    const refusal = outcome.results.find((result) => !result.ok);
    if (refusal?.ok === false) {
      const { code, message, hint } = refusal;
      throw new EvsError(code, message, hint === undefined ? {} : { hint });
    }
    state.replace(outcome.state);
  }

  list(): readonly ServiceStatus[] {
    const { state, plane, rates } = this.#options;
    const counted = countedServices(plane.status());
    return state.current.services.map((service) => {
      const { counters, realServers } = counted.get(keyText(service.key)) ?? uncounted;
      const withStatus = (server: RealServer): RealServerEntry => ({
        // Behind what is spread, a new property takes V8 microseconds.
        status: {
          ...(realServers.get(endpointText(server)) ?? noStatus),
          rates: rates.ratesOf(service.key, server),
        },
        ...server,
      });
      return {
        counters,
        rates: rates.ratesOf(service.key),
        ...service,
        realServers: service.realServers.map(withStatus),
      };
    });
  }

  connections(): Iterable<ConnectionRecord> {
    return this.#options.plane.connections();
  }

  timeouts(): Timeouts {
    return this.#options.state.current.timeouts;
  }

  settings(): DirectorSettings {
    return this.#options.state.current.settings;
  }

  markRules(): readonly MarkRule[] {
    return this.#options.state.current.markRules ?? [];
  }

  synchronisation(): readonly SynchronisationDaemon[] {
    return this.#options.state.current.synchronisation ?? [];
  }

  synchronisationStatus(): SynchronisationStatus {
    return this.#options.synchroniser.status;
  }

  status(): DirectorStatus {
    const { about, plane } = this.#options;
    const devices = plane.attached().map(({ name, ifindex, hook }) => ({ name, ifindex, hook }));
    return { ...about, devices, connections: plane.connectionCount() };
  }

  virtualRouters(): Promise<VirtualRouters> {
    return this.#options.followed.virtualRouters();
  }

  checks(): Checks {
    return this.#options.followed.checks();
  }

  plan(file: string): Promise<readonly string[]> {
    return this.#options.followed.plan(file);
  }

  apply(file: string): Promise<readonly string[]> {
    return this.#options.followed.apply(file);
  }

  shutdown(destroy: boolean): void {
    this.#options.shutdown(destroy);
  }
}

interface Counted {
  readonly counters: Counters;
  readonly realServers: ReadonlyMap<string, RealServerStatus>;
}

const noCounters: Counters = {
  connections: 0,
  inPackets: 0,
  outPackets: 0,
  inBytes: 0,
  outBytes: 0,
};
const noStatus: RealServerStatus = {
  activeConnections: 0,
  inactiveConnections: 0,
  persistentConnections: 0,
  counters: noCounters,
  rates: noCounters,
};
const uncounted: Counted = { counters: noCounters, realServers: new Map() };

const countedServices = ({ services }: PlaneStatus): Map<string, Counted> =>
  new Map(
    services.map(({ key, status, realServers }) => [
      keyText(key),
      {
        counters: status.counters,
        realServers: new Map(realServers.map((one) => [endpointText(one.key), one.status])),
      },
    ]),
  );

const refused = (results: readonly CommandResult[]): number =>
  results.filter((result) => !result.ok).length;
