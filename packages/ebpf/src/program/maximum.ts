import type { AluOperation } from './ir/instruction.ts';

/** What is known of the right side of an operation. */
interface Right {
  readonly maximum: bigint;
  /** Its value, if it is a constant. */
  readonly constant: bigint | undefined;
}

const allOnes = (value: bigint): bigint => (1n << BigInt(value.toString(2).length)) - 1n;
const bits = (left: bigint, { maximum }: Right): bigint => allOnes(left > maximum ? left : maximum);

/** The greatest possible exact result, given the greatest operands; undefined if it may wrap below zero. */
export const greatestResult: Readonly<
  Record<AluOperation, (left: bigint, right: Right) => bigint | undefined>
> = {
  add: (left, { maximum }) => left + maximum,
  mul: (left, { maximum }) => left * maximum,
  and: (left, { maximum }) => (left < maximum ? left : maximum),
  or: bits,
  xor: bits,
  shl: (left, { constant }) => (constant === undefined ? undefined : left << constant),
  shr: (left, { constant }) => (constant === undefined ? left : left >> constant),
  div: (left) => left,
  mod: (left, { constant }) => (constant === undefined ? left : constant - 1n),
  sub: () => undefined,
  sar: () => undefined,
};
