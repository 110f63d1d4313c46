import { greatestCommonDivisor } from './greatest-common-divisor.ts';

/** The levels of wrr: the highest, and how far they are apart. */
export interface WrrScale {
  readonly maximum: number;
  readonly step: number;
  /** Greatest weight. */
  readonly greatest: number;
}

/**
 * As ip_vs_wrr computes it: the step is the greatest common divisor of the positive weights, the highest level the
 * greatest weight less step − 1.
 */
export const scaleOf = (weights: readonly number[]): WrrScale =>
  weights.reduce(extendScale, { maximum: 0, step: 1, greatest: 0 });

/** The levels with one weight more. */
export function extendScale(scale: WrrScale, weight: number): WrrScale {
  if (weight === 0) return scale;
  const step = scale.greatest === 0 ? weight : greatestCommonDivisor(scale.step, weight);
  const greatest = Math.max(scale.greatest, weight);
  return { maximum: greatest - (step - 1), step, greatest };
}

/** wrr's level after real servers have changed: it stays if it still fits, on the raster of the step. */
export function levelAfterChange(level: number, { maximum, step }: WrrScale): number {
  if (level > maximum || level === 0) return maximum;
  return step > 1 ? Math.floor(level / step) * step + 1 : level;
}
