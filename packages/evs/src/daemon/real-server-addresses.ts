import { comeIn, goneIn, serviceChanges } from '../director/index.ts';
import type { DirectorState, VirtualService } from '../director/model.ts';
import type { IpAddress } from '../packet/index.ts';

/** Addresses that have come and gone from one state to the next. */
export interface AddressChanges {
  readonly come: readonly IpAddress[];
  readonly gone: readonly IpAddress[];
}

/** Addresses of all real servers of a state, kept up to date by what differs from one state to the next. */
export class RealServerAddresses {
  readonly #users = new Map<IpAddress, number>();
  #services: readonly VirtualService[] = [];

  /** Goes on to another state. */
  update({ services }: DirectorState): AddressChanges {
    const changes = serviceChanges(this.#services, services);
    const users = new Map<IpAddress, number>();
    const count = (service: VirtualService, by: number): void => {
      for (const { address } of service.realServers) {
        users.set(address, (users.get(address) ?? this.#users.get(address) ?? 0) + by);
      }
    };
    for (const service of comeIn(changes)) count(service, 1);
    for (const service of goneIn(changes)) count(service, -1);
    this.#services = services;
    return this.#settle(users);
  }

  /** Takes over how many users some addresses have now. */
  #settle(users: ReadonlyMap<IpAddress, number>): AddressChanges {
    const come: IpAddress[] = [];
    const gone: IpAddress[] = [];
    for (const [address, count] of users) {
      const was = this.#users.has(address);
      if (count > 0 && !was) come.push(address);
      if (count === 0 && was) gone.push(address);
      if (count > 0) this.#users.set(address, count);
      else this.#users.delete(address);
    }
    return { come, gone };
  }
}
