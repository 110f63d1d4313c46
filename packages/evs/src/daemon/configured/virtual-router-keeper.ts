import type { VirtualRouter as ConfiguredRouter } from '../../config/index.ts';
import { Rtnetlink, watchRtnetlink, type NetworkLink } from '../../linux/index.ts';
import { familyOf } from '../../packet/index.ts';
import {
  Ipv4Segment,
  systemClock,
  VirtualRouterHost,
  type VirtualAddress,
  type VirtualRouter,
} from '../../vrrp/index.ts';
import type { Logger } from '../log.ts';
import type { RouterChange } from './mail-observer.ts';

/** Runs one configured virtual router on its interface, as soon as that is there. */
export class VirtualRouterKeeper {
  readonly config: ConfiguredRouter;
  readonly #log: Logger;
  readonly #onChange: (change: RouterChange) => void;
  #host: VirtualRouterHost | undefined;
  #watch: Disposable | undefined;
  #linked = true;

  constructor(config: ConfiguredRouter, log: Logger, onChange: (change: RouterChange) => void) {
    this.config = config;
    this.#onChange = onChange;
    this.#log = log.child({ virtualRouter: config.name });
  }

  start(): void {
    if (this.config.family === 'ipv6') {
      this.#log.warn('VRRP over IPv6 is not built yet: this virtual router takes no part');
      return;
    }
    this.#watch = watchRtnetlink({ links: true, addresses: true }, () => {
      this.#refresh();
    });
    this.#refresh();
  }

  /** Says goodbye if it is active. */
  stop(): void {
    this.#watch?.[Symbol.dispose]();
    this.#host?.stop();
    this.#host?.[Symbol.dispose]();
    this.#host = undefined;
  }

  /** Begins when the interface and its address are there, and tells when its link goes and comes. */
  #refresh(): void {
    using netlink = new Rtnetlink();
    const link = netlink.links().find(({ name }) => name === this.config.interface);
    if (this.#host === undefined && link !== undefined) this.#begin(link, netlink);
    const linked = link?.running ?? false;
    if (this.#host === undefined || linked === this.#linked) return;
    this.#linked = linked;
    this.#host.handle({ kind: linked ? 'mended' : 'fault', cause: this.config.interface });
  }

  #begin(link: NetworkLink, netlink: Rtnetlink): void {
    const virtual = this.config.addresses.map(({ prefix }) => prefix.address);
    const primaryAddress =
      this.config.source ??
      netlink
        .addresses()
        .find(
          ({ ifindex, address }) =>
            ifindex === link.index && familyOf(address) === 'ipv4' && !virtual.includes(address),
        )?.address;
    if (primaryAddress === undefined) return;
    const router = routerOf(this.config);
    const segment = new Ipv4Segment({
      ifindex: link.index,
      device: link.name,
      mac: link.mac,
      virtualRouterId: router.virtualRouterId,
      primaryAddress,
      addresses: addressesOf(this.config),
      unicast: router.unicastPeers.length > 0,
    });
    this.#host = new VirtualRouterHost(router, {
      segment,
      clock: systemClock,
      announcements: announcementsOf(this.config),
      observer: {
        notify: (name, state, priority) => {
          this.#onChange({ scope: 'INSTANCE', name, state });
          this.#log.info({ state, priority }, `Entering ${state} STATE`);
        },
        log: (_, text) => {
          this.#log.info(text);
        },
      },
    });
    this.#host.start();
  }
}

function routerOf(config: ConfiguredRouter): VirtualRouter {
  const { authentication, unicast } = config;
  return {
    ...config,
    advertiseIntervalMs: config.advertIntervalMs,
    addresses: config.addresses.map(({ prefix }) => prefix.address),
    ...(authentication?.type === 'PASS' && { password: authentication.password }),
    unicastPeers: (unicast?.peers ?? []).map(({ address }) => ({ address })),
    checkUnicastSource: unicast?.checkSource ?? false,
    skipAddressCheck: config.skipCheckAdvertAddresses,
  };
}

const addressesOf = ({ addresses, excludedAddresses }: ConfiguredRouter): VirtualAddress[] =>
  [...addresses, ...excludedAddresses]
    .filter(({ prefix }) => familyOf(prefix.address) === 'ipv4')
    .map(({ prefix, label }) => ({
      address: prefix.address,
      prefixLength: prefix.length,
      ...(label !== undefined && { label }),
    }));

const announcementsOf = ({ announcements }: ConfiguredRouter) => ({
  rounds: announcements.repeat,
  delayMs: announcements.delayMs,
  lowerPriorityRounds: announcements.lowerPriorityRepeat,
  lowerPriorityDelayMs: announcements.lowerPriorityDelayMs,
  refreshMs: announcements.refreshMs,
  refreshRounds: announcements.refreshRepeat,
});
