/** What one tracker adds to the priority now; 0 as its weight means a fault instead, which is not told here. */
export interface Contribution {
  readonly weight: number;
  /** Whether what is tracked is well. */
  readonly up: boolean;
  /** Counts the other way round. */
  readonly reverse: boolean;
}

/**
 * Priority after all trackers, 1 to 254; the owner's 255 stays. A positive weight is added while its tracker is
 * well, a negative one while it is not. keepalived.conf(5), track_script and its like.
 */
export function effectivePriority(base: number, contributions: readonly Contribution[]): number {
  if (base === 255) return base;
  const sum = contributions.reduce((total, each) => total + contributionOf(each), base);
  return Math.min(254, Math.max(1, sum));
}

function contributionOf({ weight, up, reverse }: Contribution): number {
  const counts = weight > 0 ? up !== reverse : up === reverse;
  return counts ? weight : 0;
}
