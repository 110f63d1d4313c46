import type { DirectorState, VirtualService } from '../director/model.ts';
import type { IpAddress } from '../packet/index.ts';

/** Addresses of all real servers of a state, kept up to date by what differs from one state to the next. */
export class RealServerAddresses {
  readonly #users = new Map<IpAddress, number>();
  #services: ReadonlySet<VirtualService> = new Set();

  /** Goes on to another state. Undefined if no address has come or gone. */
  update({ services }: DirectorState): ReadonlySet<IpAddress> | undefined {
    const next = new Set(services);
    let changed = false;
    for (const service of next) {
      if (!this.#services.has(service)) changed = this.#count(service, 1) || changed;
    }
    for (const service of this.#services) {
      if (!next.has(service)) changed = this.#count(service, -1) || changed;
    }
    this.#services = next;
    return changed ? new Set(this.#users.keys()) : undefined;
  }

  /** Whether an address has come or gone. */
  #count(service: VirtualService, by: number): boolean {
    let changed = false;
    for (const { address } of service.realServers) {
      const users = (this.#users.get(address) ?? 0) + by;
      if (users === 0) this.#users.delete(address);
      else this.#users.set(address, users);
      if (users === 0 || users === by) changed = true;
    }
    return changed;
  }
}
