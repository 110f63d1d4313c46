import type { Loop } from '../../linux/index.ts';
import { burstsFor, type AnnouncementPlan } from '../announcements.ts';

/** Tells neighbours where the addresses are: bursts, now and later, and refreshments between. */
export class Announcer {
  readonly #loop: Loop;
  /** Makes the announcements of one round. */
  readonly #round: () => readonly (() => void)[];
  readonly #later = new Set<() => void>();
  #refreshedAt = 0;

  constructor(loop: Loop, round: () => readonly (() => void)[]) {
    this.#loop = loop;
    this.#round = round;
  }

  /** The first burst at once, so that no neighbour waits for it. */
  announce(because: 'active' | 'lowerPriority', plan: AnnouncementPlan): void {
    this.#refreshedAt = performance.now();
    for (const { afterMs, rounds } of burstsFor(because, plan)) {
      if (afterMs === 0) this.#burst(rounds, plan.gapMs);
      else this.#after(afterMs, () => this.#burst(rounds, plan.gapMs));
    }
  }

  /** Called with each advertisement. */
  refresh({ refreshMs, refreshRounds, gapMs }: AnnouncementPlan): void {
    if (refreshMs === 0 || performance.now() - this.#refreshedAt < refreshMs) return;
    this.#refreshedAt = performance.now();
    this.#burst(refreshRounds, gapMs);
  }

  /** Of addresses that are not ours any more. */
  cancel(): void {
    for (const cancel of this.#later) cancel();
    this.#later.clear();
  }

  #burst(rounds: number, gapMs: number): void {
    const all = Array.from({ length: rounds }, () => this.#round()).flat();
    all.forEach((send, index) => {
      if (gapMs === 0 || index === 0) send();
      else this.#after(index * gapMs, send);
    });
  }

  #after(ms: number, act: () => void): void {
    const cancel = this.#loop.after(ms, () => {
      this.#later.delete(cancel);
      act();
    });
    this.#later.add(cancel);
  }
}
