import type {
  Checks,
  CommandResult,
  ConfigurationService,
  DirectorService,
  DirectorStatus,
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
  type MarkRule,
  type RealServerStatus,
  type SynchronisationDaemon,
  type Timeouts,
} from '../director/index.ts';
import { EvsError } from '../errors/index.ts';
import type { SynchronisationStatus } from '../sync/index.ts';
import { refusalOf, runCommands, type MtuOf } from './execute.ts';
import type { Foresight } from './foresight.ts';
import type { Logger } from './log.ts';
import type { DataPlanePort, PlaneStatus } from './ports.ts';
import type { PublishedState } from './published-state.ts';
import type { RateEstimator } from './rate-estimator.ts';

export interface DirectorOptions {
  readonly state: Pick<PublishedState, 'current' | 'replace'>;
  readonly plane: Pick<DataPlanePort, 'prepare' | 'status' | 'connections' | 'zero' | 'attached'>;
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

  constructor(options: DirectorOptions) {
    this.#options = options;
  }

  async prepare(commands: readonly Command[]): Promise<void> {
    const { state, plane, mtuOf } = this.#options;
    await plane.prepare(runCommands(state.current, commands, mtuOf).state);
  }

  execute(commands: readonly Command[]): readonly CommandResult[] {
    const { state, plane, rates, foresight, mtuOf, log } = this.#options;
    const outcome = runCommands(state.current, commands, mtuOf);
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
      return {
        ...service,
        counters,
        rates: rates.ratesOf(service.key),
        realServers: service.realServers.map((server) => ({
          ...server,
          status: {
            ...(realServers.get(endpointText(server)) ?? noStatus),
            rates: rates.ratesOf(service.key, server),
          },
        })),
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
    const connections = connectionCount(plane.status());
    return { ...about, devices, connections };
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

const connectionCount = ({ services }: PlaneStatus): number =>
  services
    .flatMap(({ realServers }) => realServers)
    .reduce((sum, one) => sum + one.status.activeConnections + one.status.inactiveConnections, 0);

const refused = (results: readonly CommandResult[]): number =>
  results.filter((result) => !result.ok).length;
