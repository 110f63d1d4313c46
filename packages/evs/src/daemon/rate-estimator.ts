import {
  currentRates,
  endpointText,
  keyText,
  moveRates,
  ratePeriodMs,
  startRates,
  type Counters,
  type RateEstimate,
  type Rates,
  type RealServerKey,
  type ServiceKey,
} from '../director/index.ts';
import type { Logger } from './log.ts';
import type { DataPlanePort, PlaneStatus } from './ports.ts';

/** Estimates rates from counters every two seconds, as ip_vs does, until it is disposed of. */
export class RateEstimator implements Disposable {
  readonly #plane: Pick<DataPlanePort, 'status'>;
  readonly #log: Logger;
  readonly #isRunning: () => boolean;
  readonly #timer: NodeJS.Timeout;
  #estimates = new Map<string, RateEstimate>();

  /** Rates stay what they are while `isRunning` says no: run_estimation. */
  constructor(
    plane: Pick<DataPlanePort, 'status'>,
    log: Logger,
    isRunning: () => boolean = () => true,
  ) {
    this.#plane = plane;
    this.#isRunning = isRunning;
    this.#log = log;
    this.#timer = setInterval(() => this.#move(), ratePeriodMs);
  }

  /** Rates of a service, or of one of its real servers. */
  ratesOf(service: ServiceKey, server?: RealServerKey): Rates {
    return currentRates(this.#estimates.get(nameOf(service, server)) ?? startRates());
  }

  /** Forgets what was estimated, of one service or of all; its counters begin at zero again. */
  zero(service?: ServiceKey): void {
    const prefix = service === undefined ? '' : nameOf(service);
    for (const name of this.#estimates.keys()) {
      if (name.startsWith(prefix)) this.#estimates.set(name, startRates());
    }
  }

  #move(): void {
    if (!this.#isRunning()) return;
    try {
      const before = this.#estimates;
      const counted = countersOf(this.#plane.status());
      this.#estimates = new Map(
        counted.map(([name, counters]) => [name, moved(before.get(name), counters)]),
      );
    } catch (error) {
      this.#log.error({ err: error }, 'Cannot read the counters');
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** Counters that run backwards belong to a real server that was deleted and added again. */
function moved(before: RateEstimate | undefined, now: Counters): RateEstimate {
  const known = before ?? startRates();
  return known.counters.inPackets > now.inPackets ? startRates(now) : moveRates(known, now);
}

const countersOf = ({ services }: PlaneStatus): [string, Counters][] =>
  services.flatMap(({ key, status, realServers }) => [
    [nameOf(key), status.counters] as [string, Counters],
    ...realServers.map((server): [string, Counters] => [
      nameOf(key, server.key),
      server.status.counters,
    ]),
  ]);

/** No name of a service begins with the name of another one. */
const nameOf = (service: ServiceKey, server?: RealServerKey): string =>
  `${keyText(service)}, ${server === undefined ? '' : endpointText(server)}`;
