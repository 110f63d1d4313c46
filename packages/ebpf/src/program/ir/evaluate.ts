import type { AluOperation, Comparison, Width } from './instruction.ts';

type Compute = (left: bigint, right: bigint, width: Width) => bigint;

const amount = (right: bigint, width: Width): bigint => right & BigInt(width - 1);

const results: Readonly<Record<AluOperation, Compute>> = {
  add: (left, right) => left + right,
  sub: (left, right) => left - right,
  mul: (left, right) => left * right,
  div: (left, right) => (right === 0n ? 0n : left / right),
  mod: (left, right) => (right === 0n ? left : left % right),
  and: (left, right) => left & right,
  or: (left, right) => left | right,
  xor: (left, right) => left ^ right,
  shl: (left, right, width) => left << amount(right, width),
  shr: (left, right, width) => left >> amount(right, width),
  sar: (left, right, width) => BigInt.asIntN(width, left) >> amount(right, width),
};

/** What the machine computes, RFC 9669 section 4.1: division by zero gives 0, the rest is the dividend. */
export function evaluate(
  operation: AluOperation,
  width: Width,
  leftBits: bigint,
  rightBits: bigint,
): bigint {
  const left = BigInt.asUintN(width, leftBits);
  const right = BigInt.asUintN(width, rightBits);
  return BigInt.asUintN(width, results[operation](left, right, width));
}

const answers: Readonly<Record<Comparison, (left: bigint, right: bigint) => boolean>> = {
  eq: (left, right) => left === right,
  ne: (left, right) => left !== right,
  lt: (left, right) => left < right,
  le: (left, right) => left <= right,
  gt: (left, right) => left > right,
  ge: (left, right) => left >= right,
  slt: (left, right) => left < right,
  sle: (left, right) => left <= right,
  sgt: (left, right) => left > right,
  sge: (left, right) => left >= right,
  set: (left, right) => (left & right) !== 0n,
};
const signed: ReadonlySet<Comparison> = new Set(['slt', 'sle', 'sgt', 'sge']);

export function compare(
  comparison: Comparison,
  width: Width,
  left: bigint,
  right: bigint,
): boolean {
  const cut = (value: bigint): bigint =>
    signed.has(comparison) ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);
  return answers[comparison](cut(left), cut(right));
}
