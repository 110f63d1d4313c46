/**
 * The longest time between two questions that were answered, in milliseconds, with `fromMs` taken for one. `askedAt`
 * may be in any order: answers overtake each other.
 */
export function longestSilenceMs(askedAt: readonly number[], fromMs: number): number {
  const times = [fromMs, ...askedAt.filter((at) => at >= fromMs)].toSorted((a, b) => a - b);
  return times.reduce((longest, at, index) => Math.max(longest, at - (times[index - 1] ?? at)), 0);
}
