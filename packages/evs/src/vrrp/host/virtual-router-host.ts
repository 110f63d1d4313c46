import { vrrpGroup } from '../../packet/index.ts';
import { encodeAdvertisement } from '../advertisement.ts';
import { burstsFor, defaultAnnouncements, type AnnouncementPlan } from '../announcements.ts';
import type { RouterEffect, RouterEvent } from '../effects.ts';
import { receive, rejections, type Arrival, type Rejection } from '../receive.ts';
import { step } from '../step.ts';
import {
  initialRouter,
  type RunningRouter,
  type VirtualRouter,
  type VirtualRouterState,
} from '../virtual-router.ts';
import type { Clock, Observer, Segment } from './ports.ts';

type TimerName = 'activeDownTimer' | 'advertiseTimer' | 'preemptDelayTimer';

export interface VirtualRouterStatus {
  readonly name: string;
  readonly state: VirtualRouterState;
  readonly priority: number;
  readonly sent: number;
  readonly received: number;
  /** What did not count, by reason; reasons that did not occur are absent. */
  readonly rejected: Readonly<Partial<Record<Rejection, number>>>;
}

export interface HostOptions {
  readonly segment: Segment;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly announcements?: AnnouncementPlan;
}

/** Runs one virtual router: tells its state machine what happens, and carries out what that asks for. */
export class VirtualRouterHost implements Disposable {
  readonly #options: HostOptions;
  #router: RunningRouter;
  readonly #timers = new Map<TimerName, () => void>();
  /** Bursts of announcements to come. */
  readonly #bursts = new Set<() => void>();
  #sent = 0;
  #received = 0;
  readonly #rejected = new Map<Rejection, number>();

  constructor(config: VirtualRouter, options: HostOptions) {
    this.#options = options;
    this.#router = initialRouter(config, options.segment.primaryAddress);
  }

  start(): void {
    this.#options.segment.listen((arrival) => {
      this.#hear(arrival);
    });
    this.handle({ kind: 'start' });
  }

  get status(): VirtualRouterStatus {
    const { config, state, priority } = this.#router;
    const seen = rejections.flatMap((reason) => {
      const count = this.#rejected.get(reason);
      return count === undefined ? [] : [[reason, count] as const];
    });
    return {
      name: config.name,
      state,
      priority,
      sent: this.#sent,
      received: this.#received,
      rejected: Object.fromEntries(seen),
    };
  }

  handle(event: RouterEvent): void {
    const { router, effects } = step(this.#router, event);
    this.#router = router;
    if (router.state !== 'active') this.#cancelBursts();
    for (const effect of effects) this.#carryOut(effect);
  }

  /** Says goodbye if it is active. */
  stop(): void {
    this.handle({ kind: 'stop' });
  }

  /** Ends without a word, as a process that is killed: addresses stay. */
  [Symbol.dispose](): void {
    this.#stopTimers();
    this.#cancelBursts();
    this.#options.segment[Symbol.dispose]();
  }

  #hear(arrival: Arrival): void {
    const { config, primaryAddress, state } = this.#router;
    if (state === 'init' || state === 'fault') return;
    const heard = receive(config, primaryAddress, arrival);
    if (typeof heard === 'string') {
      this.#rejected.set(heard, (this.#rejected.get(heard) ?? 0) + 1);
      return;
    }
    this.#received++;
    this.handle({ kind: 'advertisement', advertisement: heard });
  }

  #carryOut(effect: RouterEffect): void {
    const { segment, observer } = this.#options;
    const { name } = this.#router.config;
    switch (effect.kind) {
      case 'advertise':
        return this.#advertise(effect.priority);
      case 'startActiveDownTimer':
      case 'startAdvertiseTimer':
      case 'startPreemptDelayTimer':
        return this.#startTimer(timerOf[effect.kind], effect.ms);
      case 'stopTimers':
        return this.#stopTimers();
      case 'addAddresses':
        return segment.addAddresses();
      case 'removeAddresses':
        return segment.removeAddresses();
      case 'announceAddresses':
        return this.#announce(effect.because);
      case 'notify':
        return observer.notify(name, effect.state, effect.priority);
      case 'log':
        return observer.log(name, effect.text);
    }
  }

  #advertise(priority: number): void {
    const { config, primaryAddress } = this.#router;
    const { version, virtualRouterId, addresses, advertiseIntervalMs, password } = config;
    const destinations =
      config.unicastPeers.length === 0
        ? [vrrpGroup[config.family]]
        : config.unicastPeers.map(({ address }) => address);
    for (const destination of destinations) {
      const advertisement = {
        version,
        virtualRouterId,
        priority,
        addresses,
        intervalMs: advertiseIntervalMs,
        ...(password !== undefined && { password }),
      };
      const packet = encodeAdvertisement(advertisement, { source: primaryAddress, destination });
      this.#options.segment.send(packet, destination);
      this.#sent++;
    }
  }

  #startTimer(name: TimerName, ms: number): void {
    this.#timers.get(name)?.();
    const fire = (): void => {
      this.#timers.delete(name);
      this.handle({ kind: name });
    };
    this.#timers.set(name, this.#options.clock.after(ms, fire));
  }

  #stopTimers(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  /** The first burst at once, so that no neighbour waits for it. */
  #announce(because: 'active' | 'lowerPriority'): void {
    const { announcements = defaultAnnouncements, clock, segment } = this.#options;
    for (const { afterMs, rounds } of burstsFor(because, announcements)) {
      const burst = (): void => {
        for (let round = 0; round < rounds; round++) segment.announce();
      };
      if (afterMs === 0) burst();
      else {
        const cancel = clock.after(afterMs, () => {
          this.#bursts.delete(cancel);
          burst();
        });
        this.#bursts.add(cancel);
      }
    }
  }

  #cancelBursts(): void {
    for (const cancel of this.#bursts) cancel();
    this.#bursts.clear();
  }
}

const timerOf = {
  startActiveDownTimer: 'activeDownTimer',
  startAdvertiseTimer: 'advertiseTimer',
  startPreemptDelayTimer: 'preemptDelayTimer',
} as const;
