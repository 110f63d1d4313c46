import { SystemCallError, type Loop } from '../../linux/index.ts';
import { encodeAdvertisement } from '../advertisement.ts';
import type { RouterEffect, RouterEvent } from '../effects.ts';
import type { RivalryEvent } from '../heartbeat/rivalry.ts';
import { receive, rejections, type Arrival, type Rejection } from '../receive.ts';
import { Sealer } from '../sealer.ts';
import type { Standing } from '../tracking.ts';
import type { RunningRouter, VirtualRouterState } from '../virtual-router.ts';
import { Announcer } from './announcer.ts';
import { changesOf } from './changes-of.ts';
import { hold, release } from './held.ts';
import type { Network } from './network.ts';
import type { RouterPlan } from './plan.ts';
import type { Observer } from './ports.ts';
import { Presence } from './presence.ts';
import type { Strangers } from './strangers.ts';

type TimerName = (typeof timerOf)[keyof typeof timerOf];

export interface VirtualRouterStatus {
  readonly name: string;
  readonly interface: string;
  readonly virtualRouterId: number;
  readonly state: VirtualRouterState;
  /** Why it cannot take part: names of interfaces, scripts and the like. */
  readonly faults: readonly string[];
  readonly priority: number;
  readonly sent: number;
  readonly received: number;
  /** What did not count, by reason; reasons that did not occur are absent. */
  readonly rejected: Readonly<Partial<Record<Rejection, number>>>;
  /** How often another director was active for the same addresses, as a second way told. */
  readonly splits: number;
  /** Directors that are so now. */
  readonly rivals: readonly string[];
}

export interface HostTools {
  readonly loop: Loop;
  readonly network: Network;
  readonly strangers: Strangers;
  readonly observer: Observer;
}

/** The hands and ears of one virtual router: does what its state machine asks for, and tells it what happens. */
export class RouterHost implements Disposable {
  plan: RouterPlan;
  readonly #tools: HostTools;
  /** Hands an event to the group's state machine. */
  readonly #tell: (event: RouterEvent) => void;
  readonly #timers = new Map<TimerName, () => void>();
  readonly #announcer: Announcer;
  #presence: Presence | undefined;
  /** Counts on over every change of place. */
  #sealer: Sealer | undefined;
  #holds = false;
  #complaint = '';
  #sent = 0;
  #received = 0;
  readonly #rejected = new Map<Rejection, number>();
  #splits = 0;
  readonly #rivals = new Set<string>();

  constructor(plan: RouterPlan, tools: HostTools, tell: (event: RouterEvent) => void) {
    this.plan = plan;
    this.#sealer = sealerOf(plan);
    this.#tools = tools;
    this.#tell = tell;
    this.#announcer = new Announcer(tools.loop, () => this.#announcements());
  }

  get name(): string {
    return this.plan.router.name;
  }

  /** The router as it runs, which the group keeps. */
  running: () => RunningRouter | undefined = () => undefined;

  status({ state, priority, faults }: RunningRouter): VirtualRouterStatus {
    const { name, interface: device, virtualRouterId } = this.plan.router;
    const seen = rejections.flatMap((reason) => {
      const count = this.#rejected.get(reason);
      return count === undefined ? [] : [[reason, count] as const];
    });
    return {
      name,
      interface: device,
      virtualRouterId,
      state,
      faults: [...faults],
      priority,
      sent: this.#sent,
      received: this.#received,
      rejected: Object.fromEntries(seen),
      splits: this.#splits,
      rivals: [...this.#rivals],
    };
  }

  /**
   * Another director is active, too, and tells so by a second way; or not any more. Nobody yields for that: behind a
   * cut cable each may serve its own half. Whoever stays tells the neighbours of the other half where the addresses are.
   */
  rivalry(event: RivalryEvent, peer: string): void {
    const { observer } = this.#tools;
    const begins = event.kind === 'begins';
    if (begins) {
      this.#splits++;
      this.#rivals.add(peer);
      const text = `Split brain: ${peer} is active, too, with priority ${event.theirs.priority}`;
      observer.log(this.name, text, 'problem');
    } else {
      this.#rivals.delete(peer);
      observer.log(this.name, `The split brain has ended: ${ends[event.how]}`, 'info');
      if (event.how === 'theyYielded') this.announce('active');
    }
    observer.split({ router: this.name, peer, begins });
  }

  /** Takes its place on the network as soon as that can be, and leaves it when the device is gone. */
  settle(): void {
    const link = this.#tools.network.link(this.plan.router.interface);
    const primary = link && this.#primaryOn(link.index);
    const there = this.#presence;
    const stays = primary === undefined || primary === there?.primaryAddress;
    if (there?.ifindex === link?.index && stays) return;
    this.#vanish();
    if (link === undefined || primary === undefined) return;
    if (link.running || there !== undefined) this.#appear(link, primary);
  }

  #vanish(): void {
    this.#presence?.[Symbol.dispose]();
    this.#presence = undefined;
  }

  #primaryOn(ifindex: number): string | undefined {
    const { router, source, holdings } = this.plan;
    const virtual = holdings.addresses.map(({ address }) => address);
    return source ?? this.#tools.network.primaryAddress(ifindex, router.family, virtual);
  }

  #appear(link: NonNullable<ReturnType<Network['link']>>, primary: string): void {
    try {
      const tools = { ...this.#tools, sealer: this.#sealer };
      this.#presence = new Presence(this.plan, link, primary, tools);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      this.#complain(error.message);
      return;
    }
    this.#presence.listen((arrival) => {
      this.#hear(arrival);
    });
    this.#tell({ kind: 'primaryAddress', address: primary });
  }

  /** Why it cannot take part now. */
  causes(standing: Standing): ReadonlySet<string> {
    const { router, trackInterface, trackSource, source, hopeless } = this.plan;
    const link = this.#tools.network.link(router.interface);
    const isGone = source !== undefined && !this.#tools.network.has(link?.index ?? 0, source);
    const own = [
      ...(hopeless === undefined ? [] : [hopeless]),
      ...(link === undefined || (trackInterface && !link.running)
        ? [`interface ${router.interface}`]
        : []),
      ...(trackSource && isGone ? [`address ${source}`] : []),
      ...(this.#presence === undefined ? [`no address on ${router.interface}`] : []),
    ];
    return new Set([...own, ...standing.faults]);
  }

  /** Whether an address that it holds, and minds, has gone from its device. */
  misses(): boolean {
    const { network } = this.#tools;
    return (
      this.#holds &&
      this.plan.holdings.addresses.some(({ device, noTrack, address }) => {
        const ifindex = network.find(device ?? this.#device);
        return !noTrack && (ifindex === undefined || !network.has(ifindex, address));
      })
    );
  }

  /** Other settings: what it holds follows at once, its place on the network if need be. */
  replan(plan: RouterPlan): void {
    const before = this.plan;
    const { gone, come, moves } = changesOf(before, plan);
    if (this.#holds) release(gone, this.#held);
    this.plan = plan;
    if (moves) {
      this.#sealer = sealerOf(plan);
      this.#vanish();
      this.settle();
    }
    if (!this.#holds) return;
    hold(moves ? plan.holdings : come, this.#held);
    if (moves || come.addresses.length > 0) this.announce('active');
  }

  announce(because: 'active' | 'lowerPriority'): void {
    this.#announcer.announce(because, this.plan.announcements);
  }

  carryOut(effect: RouterEffect): void {
    const { observer } = this.#tools;
    const { name } = this;
    switch (effect.kind) {
      case 'advertise':
        return this.#advertise(effect.priority);
      case 'startActiveDownTimer':
      case 'startAdvertiseTimer':
      case 'startPreemptDelayTimer':
      case 'startConnectionsTimer':
        return this.#startTimer(timerOf[effect.kind], effect.ms);
      case 'stopTimers':
        return this.#stopTimers();
      case 'addAddresses':
        return this.#take();
      case 'removeAddresses':
        return this.#leave();
      case 'announceAddresses':
        return this.announce(effect.because);
      case 'notify': {
        const { state, priority } = effect;
        return observer.notify({ scope: 'INSTANCE', name, state, priority });
      }
      case 'log':
        return observer.log(name, effect.text, 'info');
    }
  }

  /** Ends without a word, as a process that is killed: addresses stay. */
  [Symbol.dispose](): void {
    this.#stopTimers();
    this.#announcer.cancel();
    this.#vanish();
  }

  #hear(arrival: Arrival): void {
    const running = this.running();
    if (running === undefined || running.state === 'init' || running.state === 'fault') return;
    const heard = receive(running.config, running.primaryAddress, arrival);
    if (typeof heard === 'string') {
      const times = (this.#rejected.get(heard) ?? 0) + 1;
      this.#rejected.set(heard, times);
      if (times === 1) this.#complain(`An advertisement of ${arrival.source} counts not: ${heard}`);
      return;
    }
    this.#received++;
    this.#tell({ kind: 'advertisement', advertisement: heard });
  }

  #advertise(priority: number): void {
    const { router, announcements } = this.plan;
    const presence = this.#presence;
    if (presence === undefined) return;
    const { unicastPeers, group, checksum, advertiseIntervalMs: intervalMs } = router;
    const peers = unicastPeers.length === 0 ? [group] : unicastPeers.map(({ address }) => address);
    for (const destination of peers) {
      const summed = checksum === 'group' ? group : destination;
      const way = { source: presence.primaryAddress, destination: summed };
      const advertisement = { ...router, priority, intervalMs };
      this.#send(
        encodeAdvertisement(advertisement, checksum === 'none' ? undefined : way),
        destination,
      );
    }
    if (priority > 0 && this.#holds) this.#announcer.refresh(announcements);
  }

  /** A network that takes no packets now is no mistake of ours: others will notice our silence. */
  #send(packet: Uint8Array, destination: string): void {
    try {
      this.#presence?.send(packet, destination);
      this.#sent++;
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      this.#complain(error.message);
    }
  }

  #take(): void {
    this.#holds = true;
    hold(this.plan.holdings, this.#held);
  }

  #leave(): void {
    this.#holds = false;
    this.#announcer.cancel();
    release(this.plan.holdings, this.#held);
  }

  get #held() {
    const { network } = this.#tools;
    const complain = (text: string): void => {
      this.#complain(text);
    };
    return { netlink: network.netlink, device: this.#device, find: network.find, complain };
  }

  get #device(): string {
    return this.plan.vmac?.name ?? this.plan.router.interface;
  }

  #announcements(): (() => void)[] {
    return this.plan.holdings.addresses.map(({ address, device }) => () => {
      this.#presence?.announce(address, device);
    });
  }

  #startTimer(name: TimerName, ms: number): void {
    this.#timers.get(name)?.();
    const fire = (lateMs: number): void => {
      this.#timers.delete(name);
      this.#tell(name === 'activeDownTimer' ? { kind: name, lateMs } : { kind: name });
    };
    this.#timers.set(name, this.#tools.loop.after(ms, fire));
  }

  #stopTimers(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  /** Once, until it is something else. */
  #complain(text: string): void {
    if (text === this.#complaint) return;
    this.#complaint = text;
    this.#tools.observer.log(this.name, text, 'problem');
  }
}

const sealerOf = ({ router: { sealed, password } }: RouterPlan): Sealer | undefined =>
  sealed === true && password !== undefined ? new Sealer(password) : undefined;

const ends = {
  theyYielded: 'the other one yields, and we announce our addresses again',
  weYielded: 'we are not active any more',
  unknown: 'nothing is heard of the other one',
} as const;

const timerOf = {
  startActiveDownTimer: 'activeDownTimer',
  startAdvertiseTimer: 'advertiseTimer',
  startPreemptDelayTimer: 'preemptDelayTimer',
  startConnectionsTimer: 'connectionsTimer',
} as const;
