import {
  currentRates,
  endpointText,
  keyText,
  moveRates,
  ratePeriodMs,
  startRates,
  type RateEstimate,
  type Rates,
  type RealServerKey,
  type ServiceKey,
} from '../director/index.ts';
import type { Logger } from './log.ts';
import type { DataPlanePort, Movement } from './ports.ts';

/** Estimates rates from counters every two seconds, as ip_vs does, until it is disposed of. */
export class RateEstimator implements Disposable {
  readonly #plane: Pick<DataPlanePort, 'movements'>;
  readonly #log: Logger;
  readonly #isRunning: () => boolean;
  readonly #timer: NodeJS.Timeout;
  /** Of those whose rates are not all 0. */
  #estimates = new Map<string, RateEstimate>();

  /** Rates stay what they are while `isRunning` says no: run_estimation. */
  constructor(
    plane: Pick<DataPlanePort, 'movements'>,
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
      if (name.startsWith(prefix)) this.#estimates.delete(name);
    }
  }

  #move(): void {
    if (!this.#isRunning()) return;
    try {
      const resting = this.#estimates;
      this.#estimates = new Map();
      for (const movement of this.#plane.movements()) {
        const name = nameOf(movement.service, movement.server);
        this.#keep(name, moved(resting.get(name), movement));
        resting.delete(name);
      }
      for (const [name, { scaled, counters }] of resting) {
        this.#keep(name, moveRates({ scaled, counters }, counters));
      }
    } catch (error) {
      this.#log.error({ err: error }, 'Cannot read the counters');
    }
  }

  #keep(name: string, estimate: RateEstimate): void {
    if (Object.values(estimate.scaled).some((value) => value !== 0)) {
      this.#estimates.set(name, estimate);
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** Counters that run backwards belong to a real server that was deleted and added again. */
function moved(known: RateEstimate | undefined, { before, now }: Movement): RateEstimate {
  if (before.inPackets > now.inPackets) return startRates(now);
  return moveRates({ scaled: (known ?? startRates()).scaled, counters: before }, now);
}

/** No name of a service begins with the name of another one. */
const nameOf = (service: ServiceKey, server?: RealServerKey): string =>
  `${keyText(service)}, ${server === undefined ? '' : endpointText(server)}`;
