import type { IpAddress } from '../packet/index.ts';
import type { Logger } from './log.ts';
import { macAfter, needsProbe, nextHopOf, sameHop } from './next-hop.ts';
import type { AddressChanges } from './real-server-addresses.ts';
import type { DataPlanePort, Device, Neighbour, NetworkPort, NextHop, Route } from './ports.ts';

/** Nothing else refreshes a stale entry: redirected packets do not count as use. */
const staleProbeMs = 25_000;
const failedProbeMs = 3_000;
/**
 * Most that are asked for in one go: each question is a frame sent and handled on our thread, and a command
 * should not wait for a thousand of them. The others follow second by second.
 */
const mostProbes = 200;

/** A neighbour, the MAC address in use for it, and when to ask for it next. */
interface Tracked {
  neighbour?: Neighbour;
  mac?: Uint8Array | undefined;
  probeAtMs: number;
  /** It was said already that nobody answers. */
  missed?: boolean;
  /** Real servers behind it. */
  readonly users: Set<IpAddress>;
}

export interface NextHopKeeperOptions {
  readonly network: Pick<NetworkPort, 'neighbours' | 'routesTo' | 'resolve'>;
  readonly plane: Pick<DataPlanePort, 'setNextHop'>;
  readonly log: Logger;
  readonly nowMs: () => number;
  /** From 0 to 1; spreads probes over time. */
  readonly random: () => number;
}

/** Tells the data plane how to reach each real server, and keeps that true as the network changes. */
export class NextHopKeeper {
  readonly #options: NextHopKeeperOptions;
  readonly #neighbours = new Map<string, Tracked>();
  readonly #routes = new Map<IpAddress, Route | undefined>();
  readonly #hops = new Map<IpAddress, NextHop>();
  #devices: ReadonlyMap<number, Device> = new Map();
  #probesLeft = mostProbes;

  constructor(options: NextHopKeeperOptions) {
    this.#options = options;
  }

  /** Next hops as the data plane has them now. */
  get hops(): ReadonlyMap<IpAddress, NextHop> {
    return this.#hops;
  }

  /** Adds and drops real servers. Throws NetlinkError if it cannot ask for routes. */
  change({ come, gone }: AddressChanges): void {
    for (const address of gone) this.#drop(address);
    this.#probesLeft = mostProbes;
    this.#findRoutes(come);
  }

  /** Devices, addresses or routes may have changed. */
  topologyChanged(devices: readonly Device[]): void {
    this.#devices = new Map(devices.map((device) => [device.ifindex, device]));
    this.#findRoutes([...this.#routes.keys()]);
  }

  /** Reads all neighbours: at the start, and after events were lost. */
  readNeighbours(): void {
    const present = new Set<string>();
    for (const neighbour of this.#options.network.neighbours()) {
      present.add(keyOf(neighbour.ifindex, neighbour.address));
      this.neighbourChanged(neighbour, false);
    }
    for (const [key, { neighbour }] of this.#neighbours) {
      if (neighbour !== undefined && !present.has(key)) this.neighbourChanged(neighbour, true);
    }
  }

  neighbourChanged(neighbour: Neighbour, gone: boolean): void {
    const key = keyOf(neighbour.ifindex, neighbour.address);
    const tracked = this.#track(key);
    this.#report(tracked, neighbour);
    tracked.mac = macAfter(gone ? undefined : neighbour, tracked.mac);
    if (gone) delete tracked.neighbour;
    else tracked.neighbour = neighbour;
    if (tracked.users.size > 0) {
      // A failed one was asked for a moment ago, and the timer asks again.
      if (gone) this.#resolve(tracked, neighbour.ifindex, neighbour.address);
      for (const address of tracked.users) this.#send(address);
    } else if (gone) {
      this.#neighbours.delete(key);
    }
  }

  /** Asks for the neighbours that are due. To be called about once a second. */
  probe(): void {
    const now = this.#options.nowMs();
    this.#probesLeft = mostProbes;
    for (const tracked of this.#neighbours.values()) {
      if (this.#probesLeft === 0) return;
      const hop = this.#hopThrough(tracked);
      if (hop === undefined || hop.local || now < tracked.probeAtMs) continue;
      if (needsProbe(tracked.neighbour)) this.#resolve(tracked, hop.ifindex, hop.address);
    }
  }

  #hopThrough({ users }: Tracked): NextHop | undefined {
    for (const address of users) {
      const hop = this.#hops.get(address);
      if (hop !== undefined) return hop;
    }
    return undefined;
  }

  #findRoutes(addresses: readonly IpAddress[]): void {
    const routes = this.#options.network.routesTo(addresses);
    for (const [index, address] of addresses.entries()) this.#follow(address, routes[index]);
  }

  #follow(address: IpAddress, route: Route | undefined): void {
    const wasUnreachable = this.#routes.has(address) && this.#routes.get(address) === undefined;
    const before = this.#routes.get(address);
    this.#routes.set(address, route);
    if (before !== undefined) this.#neighbours.get(hopKey(address, before))?.users.delete(address);
    if (route === undefined) {
      if (!wasUnreachable) {
        this.#options.log.warn({ realServer: address }, 'There is no route to the real server');
      }
    } else {
      const tracked = this.#track(hopKey(address, route));
      const first = tracked.users.size === 0 && tracked.mac === undefined;
      tracked.users.add(address);
      if (first && !route.local && needsProbe(tracked.neighbour)) {
        this.#resolve(tracked, route.ifindex, route.gateway ?? address);
      }
    }
    this.#send(address);
  }

  #drop(address: IpAddress): void {
    const route = this.#routes.get(address);
    if (route !== undefined) this.#neighbours.get(hopKey(address, route))?.users.delete(address);
    this.#routes.delete(address);
    if (this.#hops.delete(address)) this.#options.plane.setNextHop(address, undefined);
  }

  #track(key: string): Tracked {
    const found = this.#neighbours.get(key);
    if (found !== undefined) return found;
    const { nowMs, random } = this.#options;
    const tracked: Tracked = { probeAtMs: nowMs() + random() * staleProbeMs, users: new Set() };
    this.#neighbours.set(key, tracked);
    return tracked;
  }

  #resolve(tracked: Tracked, ifindex: number, address: IpAddress): void {
    const { network, nowMs, random, log } = this.#options;
    if (this.#probesLeft === 0) {
      tracked.probeAtMs = nowMs();
      return;
    }
    this.#probesLeft--;
    const pauseMs = tracked.mac === undefined ? failedProbeMs : staleProbeMs;
    tracked.probeAtMs = nowMs() + pauseMs * (1 + random() / 5);
    try {
      network.resolve(ifindex, address);
    } catch (error) {
      // The device may have gone a moment ago; its event is on the way.
      log.debug({ err: error, address, ifindex }, 'Cannot ask for a neighbour');
    }
  }

  /** Passes the next hop on if it is another one than before. */
  #send(address: IpAddress): void {
    const route = this.#routes.get(address);
    const hop =
      route === undefined
        ? undefined
        : nextHopOf(
            address,
            route,
            this.#devices.get(route.ifindex),
            this.#neighbours.get(hopKey(address, route))?.mac,
          );
    if (sameHop(hop, this.#hops.get(address))) return;
    if (hop === undefined) this.#hops.delete(address);
    else this.#hops.set(address, hop);
    this.#options.plane.setNextHop(address, hop);
  }

  /** A neighbour that stays away is asked for again and again, and reported once. */
  #report(tracked: Tracked, neighbour: Neighbour): void {
    if (tracked.users.size === 0 || tracked.neighbour?.state === neighbour.state) return;
    const { log } = this.#options;
    const fields = { address: neighbour.address, realServers: [...tracked.users] };
    if (neighbour.state === 'failed' && tracked.missed !== true) {
      tracked.missed = true;
      log.warn(fields, 'Nobody answers for the next hop');
    } else if (tracked.mac === undefined && neighbour.mac !== undefined) {
      tracked.missed = false;
      log.info({ ...fields, mac: hex(neighbour.mac) }, 'The next hop is known');
    } else log.debug({ ...fields, state: neighbour.state }, 'The next hop changed its state');
  }
}

const keyOf = (ifindex: number, address: IpAddress): string => `${ifindex} ${address}`;
const hopKey = (address: IpAddress, route: Route): string =>
  keyOf(route.ifindex, route.gateway ?? address);
const hex = (mac: Uint8Array): string =>
  Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join(':');
