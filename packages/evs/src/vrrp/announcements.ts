/** How often the addresses of an active router are announced; keepalived's garp_* settings. Times in ms. */
export interface AnnouncementPlan {
  /** Rounds over all addresses right after becoming active, and again after the delay; 0 to 255. */
  readonly rounds: number;
  /** Of the second burst; 0: there is none. */
  readonly delayMs: number;
  /** The same after an advertisement of lower priority. */
  readonly lowerPriorityRounds: number;
  readonly lowerPriorityDelayMs: number;
  /** While active; 0: never. */
  readonly refreshMs: number;
  readonly refreshRounds: number;
  /** Between two packets; 0: none. */
  readonly gapMs: number;
}

/** keepalived.conf(5): garp_master_delay 5, garp_master_repeat 5, refresh off. */
export const defaultAnnouncements: AnnouncementPlan = {
  rounds: 5,
  delayMs: 5_000,
  lowerPriorityRounds: 5,
  lowerPriorityDelayMs: 5_000,
  refreshMs: 0,
  refreshRounds: 1,
  gapMs: 0,
};

export interface Burst {
  readonly afterMs: number;
  readonly rounds: number;
}

/** The bursts that an event asks for. A later one is dropped by whoever carries it out if the router has yielded. */
export function burstsFor(because: 'active' | 'lowerPriority', plan: AnnouncementPlan): Burst[] {
  const [rounds, delayMs] =
    because === 'active'
      ? [plan.rounds, plan.delayMs]
      : [plan.lowerPriorityRounds, plan.lowerPriorityDelayMs];
  if (rounds === 0) return [];
  const first = { afterMs: 0, rounds };
  return delayMs === 0 ? [first] : [first, { afterMs: delayMs, rounds }];
}
