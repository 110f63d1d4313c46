import { comeIn, goneIn, serviceChanges } from '../../director/index.ts';
import type { VirtualService } from '../../director/model.ts';
import { TraitCounts, traitsOf } from './traits.ts';

/** Traits of all services of a configuration, kept up by what differs from one to the next. */
export class WantedTraits {
  readonly #counts = new TraitCounts();
  #services: readonly VirtualService[] = [];

  /** Goes on to other services. */
  update(services: readonly VirtualService[]): TraitCounts {
    const changes = serviceChanges(this.#services, services);
    for (const service of goneIn(changes)) this.#counts.remove(traitsOf(service));
    for (const service of comeIn(changes)) this.#counts.add(traitsOf(service));
    this.#services = services;
    return this.#counts;
  }
}
