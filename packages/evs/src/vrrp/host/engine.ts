import { isDeepStrictEqual } from 'node:util';
import { BfdHosts, type BfdStatus } from '../../bfd/index.ts';
import { watchRtnetlinkOn, type Loop, type RtnetlinkEvent } from '../../linux/index.ts';
import type { Reading } from '../tracking.ts';
import { without } from './changes-of.ts';
import { GroupHost } from './group-host.ts';
import type { HeartbeatStatus } from './heartbeat-path.ts';
import { Heartbeats } from './heartbeats.ts';
import { hold, release } from './held.ts';
import { Network } from './network.ts';
import {
  identityOf,
  type EnginePlan,
  type GroupPlan,
  type Holdings,
  type RouterPlan,
} from './plan.ts';
import type { Observer } from './ports.ts';
import type { VirtualRouterStatus } from './router-host.ts';
import { Strangers } from './strangers.ts';

export interface EngineOptions {
  readonly loop: Loop;
  readonly observer: Observer;
}

/** All virtual routers of a daemon, in the network namespace of this thread. */
export class Engine implements Disposable {
  readonly #options: EngineOptions;
  readonly #network = new Network();
  readonly #watch: Disposable;
  readonly #heartbeats: Heartbeats;
  readonly #strangers: Strangers;
  readonly #bfd: BfdHosts;
  readonly #readings = new Map<string, Reading>();
  #groups: readonly GroupHost[] = [];
  #statics: Holdings = nothing;
  #keptStatics: Holdings = nothing;
  /** What has been said of statics that cannot be put in place. */
  readonly #complaints = new Set<string>();
  /** A look at the network is on its way. */
  #looks = false;

  constructor(options: EngineOptions) {
    const { observer } = options;
    this.#strangers = new Strangers(observer);
    this.#heartbeats = new Heartbeats({ ...options, groups: () => this.#groups });
    this.#options = { ...options, observer: { ...observer, notify: this.#tellAll(observer) } };
    this.#bfd = new BfdHosts({
      loop: options.loop,
      random: Math.random,
      tell: (name, up) => {
        this.reading(`bfd ${name}`, { up });
        observer.bfd(name, up);
      },
      log: (name, text, level) => {
        observer.log(`bfd ${name}`, text, level);
      },
    });
    const watched = { links: true, addresses: true, rules: true };
    this.#watch = watchRtnetlinkOn(options.loop, watched, (event) => {
      this.#notice(event);
    });
  }

  /** Other directors hear of changes first: there is nothing to be done for that. */
  #tellAll(observer: Observer): Observer['notify'] {
    return (told) => {
      this.#heartbeats.tell();
      observer.notify(told);
    };
  }

  get heartbeats(): readonly HeartbeatStatus[] {
    return this.#heartbeats.statuses;
  }

  get bfd(): readonly BfdStatus[] {
    return this.#bfd.statuses;
  }

  get statuses(): readonly VirtualRouterStatus[] {
    return this.#groups.flatMap(({ statuses }) => statuses);
  }

  /** From what runs to what is wanted. Groups and routers that did not change are not touched. */
  configure(plan: EnginePlan): void {
    const { routers, groups, heartbeats, bfd, startDelayMs } = plan;
    this.#network.refresh();
    this.#replaceStatics(plan);
    this.#strangers.follow(
      routers.map(({ router }) => router),
      plan.mindsStrangers,
    );
    const wanted = arranged(routers, groups);
    const before = new Map(this.#groups.map((group) => [keyOf(group.members), group]));
    const keys = new Set(wanted.map(({ key }) => key));
    for (const [key, group] of before) if (!keys.has(key)) group.stop(true);
    this.#network.refresh();
    this.#groups = wanted.map(({ key, name, plans }) => {
      const known = before.get(key);
      return known === undefined ? this.#begun(name, plans) : edited(known, name, plans);
    });
    this.#heartbeats.follow(heartbeats);
    this.#bfd.follow(bfd);
    this.#readInterfaces();
    const begin = (): void => {
      for (const group of this.#groups) group.start();
    };
    if (startDelayMs > 0 && before.size === 0) this.#options.loop.after(startDelayMs, begin);
    else begin();
  }

  #begun(name: string | undefined, plans: readonly RouterPlan[]): GroupHost {
    const group = new GroupHost(name, this.#tools, this.#readings);
    for (const plan of plans) group.add(plan);
    return group;
  }

  get #tools() {
    return { ...this.#options, network: this.#network, strangers: this.#strangers };
  }

  reading(tracker: string, reading: Reading): void {
    this.#readings.set(tracker, reading);
    for (const group of this.#groups) group.refresh(false);
  }

  /** Tells a router, by its name, that the active one's connections are here, or that there are none. */
  connectionsKnown(router: string): void {
    for (const group of this.#groups) group.connectionsKnown(router);
  }

  /** A change of the network is looked at at once, a volley of them together. */
  #notice(event: RtnetlinkEvent): void {
    if (event.kind === 'neighbour' || event.kind === 'route') return;
    if (this.#looks) return;
    this.#looks = true;
    this.#options.loop.after(0, () => {
      this.#looks = false;
      this.#network.refresh();
      this.#restoreStatics();
      this.#readInterfaces();
      for (const group of this.#groups) group.refresh(true);
    });
  }

  /** Devices that are tracked are read here, where the kernel tells of them first. */
  #readInterfaces(): void {
    const plans = this.#groups.flatMap((group) =>
      group.members.flatMap((member) => group.plan(member) ?? []),
    );
    for (const { tracker } of plans.flatMap(({ tracks }) => tracks)) {
      const [kind, name = ''] = tracker.split(' ', 2);
      if (kind !== 'interface') continue;
      this.#readings.set(tracker, { up: this.#network.link(name)?.running ?? false });
    }
  }

  #replaceStatics({ statics, keptStatics }: Pick<EnginePlan, 'statics' | 'keptStatics'>): void {
    this.#complaints.clear();
    release(without(this.#statics, statics), this.#static);
    hold(without(statics, this.#statics), this.#static);
    this.#statics = statics;
    this.#keptStatics = keptStatics;
    this.#network.refresh();
  }

  /** As keepalived: a device that went down and up again has lost its routes, and those of IPv6 its addresses. */
  #restoreStatics(): void {
    const count = hold(this.#keptStatics, this.#static);
    if (count === 0) return;
    const text = `Restored what had been deleted of static addresses, routes and rules: ${count}`;
    this.#options.observer.log('static', text, 'info');
    this.#network.refresh();
  }

  get #static() {
    const { netlink, find } = this.#network;
    const complain = (text: string): void => {
      if (this.#complaints.has(text)) return;
      this.#complaints.add(text);
      this.#options.observer.log('static', text, 'problem');
    };
    return { netlink, find, device: '', complain };
  }

  /** Goodbyes, and the end. */
  stop(): void {
    for (const group of this.#groups) group.stop(false);
    this.#groups = [];
    this.#heartbeats.tell();
    this.#bfd[Symbol.dispose]();
    this.#replaceStatics({ statics: nothing, keptStatics: nothing });
  }

  [Symbol.dispose](): void {
    this.#heartbeats[Symbol.dispose]();
    this.#bfd[Symbol.dispose]();
    this.#watch[Symbol.dispose]();
    this.#network[Symbol.dispose]();
  }
}

const nothing: Holdings = { addresses: [], routes: [], rules: [] };

/** Only what differs is touched. */
function edited(
  group: GroupHost,
  name: string | undefined,
  plans: readonly RouterPlan[],
): GroupHost {
  group.name = name;
  for (const plan of plans) {
    if (!isDeepStrictEqual(group.plan(identityOf(plan)), plan)) group.edit(plan);
  }
  return group;
}

interface Arranged {
  readonly key: string;
  readonly name: string | undefined;
  readonly plans: readonly RouterPlan[];
}

/** Routers in their sync groups, and each of the others alone. */
function arranged(routers: readonly RouterPlan[], groups: readonly GroupPlan[]): Arranged[] {
  const inGroups = groups.map(({ name, members }) => {
    const plans = routers.filter(({ router }) => members.includes(router.name));
    return { name, plans };
  });
  const grouped = new Set(inGroups.flatMap(({ plans }) => plans));
  const alone = routers
    .filter((plan) => !grouped.has(plan))
    .map((plan) => ({ name: undefined, plans: [plan] }));
  return [...inGroups, ...alone].map(({ name, plans }) => ({
    key: keyOf(plans.map(identityOf)),
    name,
    plans,
  }));
}

/** A group is the same as long as it has the same members. */
const keyOf = (members: readonly string[]): string => members.toSorted().join('\n');
