import {
  countTcx,
  Rtnetlink,
  watchRtnetlink,
  type NetworkLink,
  type RtnetlinkEvent,
} from '../linux/index.ts';
import type { AddressFamily } from '../director/model.ts';
import { familyOf, type IpAddress } from '../packet/index.ts';
import { devicesWithPeer } from './kernel-peers.ts';
import type { Device, Neighbour, NetworkEvent, NetworkPort, Route } from './ports.ts';

/** The network of this process's namespace, over rtnetlink(7). */
export class KernelNetwork implements NetworkPort, Disposable {
  readonly #netlink = new Rtnetlink();

  devices(): readonly Device[] {
    return this.#netlink.links().map(deviceOf);
  }

  neighbours(): readonly Neighbour[] {
    return this.#netlink.neighbours();
  }

  peers(): ReadonlySet<number> {
    return devicesWithPeer(this.#netlink);
  }

  hasEgressProgram(ifindex: number): boolean {
    return countTcx(ifindex, 'egress') > 0;
  }

  routesTo(addresses: readonly IpAddress[]): (Route | undefined)[] {
    return this.#netlink.routesTo(addresses).map((route) => {
      if (route === undefined) return undefined;
      const { type, ifindex, gateway, source, mtu } = route;
      return { local: type === 'local', ifindex, gateway, source, mtu };
    });
  }

  addressOn(ifindex: number, family: AddressFamily): IpAddress | undefined {
    return this.#netlink
      .addresses()
      .find((one) => one.ifindex === ifindex && familyOf(one.address) === family && !one.tentative)
      ?.address;
  }

  resolve(ifindex: number, address: IpAddress): void {
    this.#netlink.resolveNeighbour(ifindex, address);
  }

  watch(onEvent: (event: NetworkEvent) => void): Disposable {
    const groups = {
      links: true,
      addresses: true,
      neighbours: true,
      routes: true,
      trafficControl: true,
    };
    return watchRtnetlink(groups, (event) => onEvent(eventOf(event)));
  }

  [Symbol.dispose](): void {
    this.#netlink[Symbol.dispose]();
  }
}

function deviceOf(link: NetworkLink): Device {
  const { index, name, mac, mtu, up, master } = link;
  const medium = link.loopback ? 'loopback' : link.ethernet ? 'ethernet' : 'other';
  // A device that names neither a kind nor a bus is made by the kernel itself, like lo.
  const kind = link.kind ?? (link.parentDevice === undefined ? 'unknown' : undefined);
  return { ifindex: index, name, mac, mtu, up, medium, kind, master };
}

function eventOf(event: RtnetlinkEvent): NetworkEvent {
  switch (event.kind) {
    case 'neighbour':
      return { kind: 'neighbour', neighbour: event.neighbour, gone: event.removed };
    case 'overrun':
      return { kind: 'overrun' };
    case 'link':
      return event.removed
        ? { kind: 'deviceGone', ifindex: event.link.index }
        : { kind: 'topology' };
    case 'address':
    case 'route':
    case 'rule':
    case 'trafficControl':
      return { kind: 'topology' };
  }
}
