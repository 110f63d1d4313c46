import type { NotifiedState, RouterEvent } from '../effects.ts';
import type { OwnActive, RivalryEvent } from '../heartbeat/rivalry.ts';
import { initialGroup, isOfOthers, stepGroup, type RunningGroup } from '../sync-group.ts';
import { effectivePriority, standingOf, type Reading } from '../tracking.ts';
import { initialRouter } from '../virtual-router.ts';
import { identityOf, type RouterPlan } from './plan.ts';
import { RouterHost, type HostTools, type VirtualRouterStatus } from './router-host.ts';

/** A sync group, or a router alone, at work. */
export class GroupHost {
  /** Undefined: a router alone. */
  name: string | undefined;
  readonly #tools: HostTools;
  readonly #readings: ReadonlyMap<string, Reading>;
  /** By the identity of the router, as all maps and events here. */
  readonly #hosts = new Map<string, RouterHost>();
  #group: RunningGroup = initialGroup(new Map());
  #mayStart = false;
  #started = false;
  /** Events that came while another was being carried out. */
  readonly #queue: (readonly [string, RouterEvent])[] = [];
  #busy = false;

  constructor(name: string | undefined, tools: HostTools, readings: ReadonlyMap<string, Reading>) {
    this.name = name;
    this.#tools = tools;
    this.#readings = readings;
  }

  get members(): readonly string[] {
    return [...this.#hosts.keys()];
  }

  get statuses(): readonly VirtualRouterStatus[] {
    return [...this.#hosts].flatMap(([name, host]) => {
      const running = this.#group.members.get(name);
      return running === undefined ? [] : [host.status(running)];
    });
  }

  /** Members that are active now. */
  get active(): readonly OwnActive[] {
    return [...this.#group.members].flatMap(([identity, { state, priority, config }]) => {
      const holdings = this.plan(identity)?.holdings;
      if (state !== 'active' || holdings === undefined) return [];
      const { virtualRouterId, advertiseIntervalMs } = config;
      const addresses = holdings.addresses.map(({ address }) => address);
      return [{ identity, virtualRouterId, priority, addresses, advertiseIntervalMs }];
    });
  }

  /** What the second way tells of another director; of other groups' members, too. */
  rivalry(event: RivalryEvent, peer: string): void {
    this.#hosts.get(event.identity)?.rivalry(event, peer);
  }

  /** To be told to the member of that name, if there is one. */
  connectionsKnown(router: string): void {
    for (const [member, { name }] of this.#hosts) {
      if (name === router) this.handle(member, { kind: 'connectionsKnown' });
    }
  }

  /** A new member; it takes part after `start`. */
  add(plan: RouterPlan): void {
    const member = identityOf(plan);
    const host = new RouterHost(plan, this.#tools, (event) => {
      this.handle(member, event);
    });
    host.running = () => this.#group.members.get(member);
    this.#hosts.set(member, host);
    const members = new Map(this.#group.members);
    this.#group = { ...this.#group, members: members.set(member, initialRouter(plan.router, '')) };
    host.settle();
  }

  /** Other settings of a member. Its state stays. */
  edit(plan: RouterPlan): void {
    const member = identityOf(plan);
    this.#hosts.get(member)?.replan(plan);
    this.handle(member, { kind: 'reconfigure', config: plan.router });
  }

  plan(member: string): RouterPlan | undefined {
    return this.#hosts.get(member)?.plan;
  }

  /** Looks at devices and trackers anew; at addresses, too, if those are known as they are now. */
  refresh(addressesToo: boolean): void {
    const standings = new Map(
      [...this.#hosts].map(([name, { plan }]) => [name, standingOf(plan.tracks, this.#readings)]),
    );
    for (const [name, host] of this.#hosts) {
      const standing = standings.get(name);
      if (standing === undefined) continue;
      host.settle();
      this.#judge(name, host.causes(standing));
      const priority = effectivePriority(host.plan.router.priority, standing.sum);
      this.handle(name, { kind: 'priority', priority });
      if (addressesToo && host.misses()) this.handle(name, { kind: 'addressLost' });
    }
    const ready = [...standings.values()].every(({ waits }) => !waits);
    if (this.#started || !ready || !this.#mayStart) return;
    this.#started = true;
    for (const name of this.#hosts.keys()) this.handle(name, { kind: 'start' });
  }

  /** Members take part from now on, as soon as their trackers have told something. */
  start(): void {
    this.#mayStart = true;
    this.refresh(false);
  }

  /** Goodbyes, and the end; `deleted`: of its configuration, too. */
  stop(deleted: boolean): void {
    for (const member of this.#hosts.keys()) this.handle(member, { kind: 'stop', deleted });
    for (const host of this.#hosts.values()) host[Symbol.dispose]();
  }

  handle(member: string, event: RouterEvent): void {
    this.#queue.push([member, event]);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        this.#step(...next);
      }
    } finally {
      this.#busy = false;
    }
  }

  #step(name: string, event: RouterEvent): void {
    const { group, effects } = stepGroup(this.#group, name, event);
    this.#group = group;
    for (const { member, effect } of effects) {
      if (member === undefined) {
        if (effect.kind === 'notify') this.#tellOfGroup(effect.state);
        continue;
      }
      this.#hosts.get(member)?.carryOut(effect);
      const isLower = effect.kind === 'announceAddresses' && effect.because === 'lowerPriority';
      if (isLower) this.#announceOthers(member);
    }
  }

  #tellOfGroup(state: NotifiedState): void {
    const { name } = this;
    if (name === undefined) return;
    this.#tools.observer.notify({ scope: 'GROUP', name, state, priority: 0 });
  }

  #announceOthers(member: string): void {
    for (const [name, host] of this.#hosts) {
      if (name !== member && this.#group.members.get(name)?.state === 'active') {
        host.announce('lowerPriority');
      }
    }
  }

  /** Tells a router which causes of a fault are new and which are gone. */
  #judge(name: string, causes: ReadonlySet<string>): void {
    const known = this.#ownFaults(name);
    for (const cause of causes) {
      if (!known.has(cause)) this.handle(name, { kind: 'fault', cause });
    }
    for (const cause of known) {
      if (!causes.has(cause)) this.handle(name, { kind: 'mended', cause });
    }
  }

  #ownFaults(name: string): ReadonlySet<string> {
    const faults = this.#group.members.get(name)?.faults ?? new Set<string>();
    return new Set([...faults].filter((cause) => !isOfOthers(cause)));
  }
}
