import type { JumpOperation } from '../../isa/index.ts';
import type { Cpu, Step } from '../cpu.ts';

type Comparison = Exclude<JumpOperation, 'always' | 'call' | 'exit'>;
/** On signed halves. */
type Compare32 = (a: number, b: number) => boolean;
type Compare64 = (aLow: number, aHigh: number, bLow: number, bHigh: number) => boolean;

export const comparisons32: Readonly<Record<Comparison, Compare32>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  gt: (a, b) => a >>> 0 > b >>> 0,
  ge: (a, b) => a >>> 0 >= b >>> 0,
  lt: (a, b) => a >>> 0 < b >>> 0,
  le: (a, b) => a >>> 0 <= b >>> 0,
  sgt: (a, b) => a > b,
  sge: (a, b) => a >= b,
  slt: (a, b) => a < b,
  sle: (a, b) => a <= b,
  set: (a, b) => (a & b) !== 0,
};

const less: Compare64 = (aLow, aHigh, bLow, bHigh) =>
  aHigh === bHigh ? aLow >>> 0 < bLow >>> 0 : aHigh >>> 0 < bHigh >>> 0;
const signedLess: Compare64 = (aLow, aHigh, bLow, bHigh) =>
  aHigh === bHigh ? aLow >>> 0 < bLow >>> 0 : aHigh < bHigh;

export const comparisons64: Readonly<Record<Comparison, Compare64>> = {
  eq: (aLow, aHigh, bLow, bHigh) => aLow === bLow && aHigh === bHigh,
  ne: (aLow, aHigh, bLow, bHigh) => aLow !== bLow || aHigh !== bHigh,
  gt: (aLow, aHigh, bLow, bHigh) => less(bLow, bHigh, aLow, aHigh),
  ge: (aLow, aHigh, bLow, bHigh) => !less(aLow, aHigh, bLow, bHigh),
  lt: less,
  le: (aLow, aHigh, bLow, bHigh) => !less(bLow, bHigh, aLow, aHigh),
  sgt: (aLow, aHigh, bLow, bHigh) => signedLess(bLow, bHigh, aLow, aHigh),
  sge: (aLow, aHigh, bLow, bHigh) => !signedLess(aLow, aHigh, bLow, bHigh),
  slt: signedLess,
  sle: (aLow, aHigh, bLow, bHigh) => !signedLess(bLow, bHigh, aLow, aHigh),
  set: (aLow, aHigh, bLow, bHigh) => (aLow & bLow) !== 0 || (aHigh & bHigh) !== 0,
};

/** Where a jump stands: the registers it compares, the instruction after it and the one it jumps to. */
export interface JumpPlace {
  readonly destination: number;
  readonly source: number;
  readonly immediate: number;
  readonly fromRegister: boolean;
  readonly next: number;
  readonly target: number;
}

export function jump32Step(compare: Compare32, place: JumpPlace): Step {
  const { destination, source, immediate, next, target } = place;
  return place.fromRegister
    ? (cpu: Cpu) => (compare(cpu.low[destination]!, cpu.low[source]!) ? target : next)
    : (cpu: Cpu) => (compare(cpu.low[destination]!, immediate) ? target : next);
}

export function jump64Step(compare: Compare64, place: JumpPlace): Step {
  const { destination, source, immediate, next, target } = place;
  const upper = immediate >> 31;
  return place.fromRegister
    ? (cpu: Cpu) =>
        compare(cpu.low[destination]!, cpu.high[destination]!, cpu.low[source]!, cpu.high[source]!)
          ? target
          : next
    : (cpu: Cpu) =>
        compare(cpu.low[destination]!, cpu.high[destination]!, immediate, upper) ? target : next;
}
