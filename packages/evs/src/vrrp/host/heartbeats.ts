import { isDeepStrictEqual } from 'node:util';
import type { Loop } from '../../linux/index.ts';
import type { GroupHost } from './group-host.ts';
import { HeartbeatPath, type HeartbeatStatus } from './heartbeat-path.ts';
import type { HeartbeatPlan } from './plan.ts';
import type { Observer } from './ports.ts';

export interface HeartbeatsOptions {
  readonly loop: Loop;
  readonly observer: Observer;
  readonly groups: () => readonly GroupHost[];
}

/** All ways to other directors beside those of the advertisements. */
export class Heartbeats implements Disposable {
  readonly #options: HeartbeatsOptions;
  #paths: readonly HeartbeatPath[] = [];

  constructor(options: HeartbeatsOptions) {
    this.#options = options;
  }

  get statuses(): readonly HeartbeatStatus[] {
    return this.#paths.map(({ status }) => status);
  }

  /** Ways that did not change go on. */
  follow(plans: readonly HeartbeatPlan[]): void {
    const before = this.#paths;
    const known = (plan: HeartbeatPlan): HeartbeatPath | undefined =>
      before.find((path) => isDeepStrictEqual(path.plan, plan));
    const stays = plans.map(known);
    for (const path of before) if (!stays.includes(path)) path[Symbol.dispose]();
    this.#paths = plans.map((plan, index) => stays[index] ?? this.#begin(plan));
  }

  /** A router of ours has come into another state. */
  tell(): void {
    for (const path of this.#paths) path.tell();
  }

  #begin(plan: HeartbeatPlan): HeartbeatPath {
    const { loop, observer, groups } = this.#options;
    return new HeartbeatPath(plan, {
      loop,
      ours: () => groups().flatMap(({ active }) => active),
      onRivalry: (event, peer) => {
        for (const group of groups()) group.rivalry(event, peer);
      },
      log: (text, level) => {
        observer.log('heartbeat', text, level);
      },
    });
  }

  [Symbol.dispose](): void {
    this.follow([]);
  }
}
