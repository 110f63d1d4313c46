import type { IpAddress } from '../../packet/ip-address.ts';
import {
  addAddress,
  dumpAddresses,
  removeAddress,
  type InterfaceAddress,
  type NewAddress,
} from './address.ts';
import { addMacvlan, removeLink, setLinkUp, type NewMacvlan } from './edit-link.ts';
import { addRoute, removeRoute, type NewRoute } from './edit-route.ts';
import { addRule, removeRule, type NewRule } from './edit-rule.ts';
import { dumpLinks, linkIn, type NetworkLink } from './link.ts';
import { dumpNeighbours, resolveNeighbour, type Neighbour } from './neighbour.ts';
import { RequestSocket } from './request-socket.ts';
import { dumpRoutes, routesTo, type Route, type RouteTo } from './route.ts';
import {
  addClsact,
  clsactDevices,
  filters,
  putBpfFilter,
  qdiscKinds,
  removeBpfFilter,
  removeClsact,
  type Direction,
  type Filter,
  type FilterPlace,
} from './traffic-control.ts';

/**
 * Network devices, addresses, neighbours, routes and filters of one namespace: that of the thread when this is
 * made. Every method is one synchronous exchange with the kernel and throws NetlinkError, which carries the
 * kernel's own words, if it refuses.
 */
export class Rtnetlink implements Disposable {
  readonly #socket = new RequestSocket();

  links(): NetworkLink[] {
    return dumpLinks(this.#socket);
  }

  /** A device of a namespace that ours has a number for. Throws NetlinkError, without rights there, too. */
  linkIn(namespace: number, index: number): NetworkLink | undefined {
    return linkIn(this.#socket, namespace, index);
  }

  addresses(): InterfaceAddress[] {
    return dumpAddresses(this.#socket);
  }

  addAddress(wanted: NewAddress): void {
    addAddress(this.#socket, wanted);
  }

  removeAddress(unwanted: Pick<NewAddress, 'ifindex' | 'address' | 'prefixLength' | 'peer'>): void {
    removeAddress(this.#socket, unwanted);
  }

  neighbours(): Neighbour[] {
    return dumpNeighbours(this.#socket);
  }

  /** Makes the kernel find a neighbour's hardware address; the answer comes as a neighbour event. */
  resolveNeighbour(ifindex: number, address: IpAddress): void {
    resolveNeighbour(this.#socket, ifindex, address);
  }

  routes(): Route[] {
    return dumpRoutes(this.#socket);
  }

  /** Throws NetlinkError: EEXIST if there is such a route. */
  addRoute(route: NewRoute): void {
    addRoute(this.#socket, route);
  }

  /** Throws NetlinkError: ESRCH if there is no such route. */
  removeRoute(route: NewRoute): void {
    removeRoute(this.#socket, route);
  }

  /** Throws NetlinkError: EEXIST if there is such a rule. */
  addRule(rule: NewRule): void {
    addRule(this.#socket, rule);
  }

  /** Throws NetlinkError: ENOENT if there is no such rule. */
  removeRule(rule: NewRule): void {
    removeRule(this.#socket, rule);
  }

  /** Makes a macvlan in private mode over a device. Throws NetlinkError: EEXIST if there is a device of that name. */
  addMacvlan(macvlan: NewMacvlan): void {
    addMacvlan(this.#socket, macvlan);
  }

  setLinkUp(ifindex: number): void {
    setLinkUp(this.#socket, ifindex);
  }

  removeLink(ifindex: number): void {
    removeLink(this.#socket, ifindex);
  }

  /** How the kernel would send to an address; undefined if it would not. */
  routeTo(address: IpAddress): RouteTo | undefined {
    return this.routesTo([address])[0];
  }

  /** The same for many addresses, in few exchanges. */
  routesTo(addresses: readonly IpAddress[]): (RouteTo | undefined)[] {
    return routesTo(this.#socket, addresses);
  }

  qdiscKinds(ifindex: number): string[] {
    return qdiscKinds(this.#socket, ifindex);
  }

  /** Devices with a clsact qdisc, where filters may be. */
  clsactDevices(): number[] {
    return clsactDevices(this.#socket);
  }

  addClsact(ifindex: number): void {
    addClsact(this.#socket, ifindex);
  }

  /** Removes the qdisc with every filter on it, whoever put it there. */
  removeClsact(ifindex: number): void {
    removeClsact(this.#socket, ifindex);
  }

  filters(ifindex: number, direction: Direction): Filter[] {
    return filters(this.#socket, ifindex, direction);
  }

  putBpfFilter(place: FilterPlace, programFd: number, name: string): void {
    putBpfFilter(this.#socket, place, programFd, name);
  }

  removeBpfFilter(place: FilterPlace): void {
    removeBpfFilter(this.#socket, place);
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}
