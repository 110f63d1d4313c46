import { greatestCommonDivisor } from './greatest-common-divisor.ts';

/** What wrr remembers of a service beside its cursor. */
export interface WrrLevel {
  readonly level: number;
  readonly maximum: number;
  readonly step: number;
}

/**
 * wrr's state after real servers changed, as ip_vs_wrr computes it: step is the greatest common divisor of the
 * positive weights, the highest level the greatest weight less step − 1; the level stays if it still fits.
 */
export function wrrAfterChange(level: number, weights: readonly number[]): WrrLevel {
  const positive = weights.filter((weight) => weight > 0);
  const step = positive.reduce(greatestCommonDivisor, 0) || 1;
  const maximum = positive.length === 0 ? 0 : Math.max(...positive) - (step - 1);
  if (level > maximum || level === 0) return { level: maximum, maximum, step };
  if (step > 1) return { level: Math.floor(level / step) * step + 1, maximum, step };
  return { level, maximum, step };
}
