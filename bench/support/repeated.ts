/** The same figure measured several times. */
export interface Repeated {
  readonly values: readonly number[];
  readonly median: number;
  /** Runs that reached less than half of the median: a load that fell to a crawl. */
  readonly stalls: number;
}

export function repeated(values: readonly number[]): Repeated {
  const median = medianOf(values);
  return { values, median, stalls: values.filter((value) => value < median / 2).length };
}

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** How many times `a` is `b`: the median over the rounds, in which both met the same neighbours on the machine. */
export const times = (a: Repeated, b: Repeated): number =>
  medianOf(a.values.map((value, round) => value / (b.values[round] ?? Number.NaN)));
