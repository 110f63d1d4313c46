import type { BinaryOperator, Comparison } from './syntax.ts';

/** The bytes of a number of a type in reverse order. */
export function swap(type: string, value: bigint): bigint {
  let swapped = 0n;
  for (let rest = value, bits = Number(type.replace(/^\D+/, '')); bits > 0; bits -= 8) {
    swapped = (swapped << 8n) | (rest & 0xffn);
    rest >>= 8n;
  }
  return swapped;
}

/** A little-endian number. */
export function load(bytes: Uint8Array, offset: number, size: number): bigint {
  let value = 0n;
  for (let index = size - 1; index >= 0; index--) {
    value = (value << 8n) | BigInt(bytes[offset + index] ?? 0);
  }
  return value;
}

export function store(bytes: Uint8Array, offset: number, size: number, value: bigint): void {
  for (let index = 0, rest = value; index < size; index++, rest >>= 8n) {
    bytes[offset + index] = Number(rest & 0xffn);
  }
}

const operations: Record<BinaryOperator, (a: bigint, b: bigint, amount: bigint) => bigint> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => (b === 0n ? 0n : a / b),
  mod: (a, b) => (b === 0n ? a : a % b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, _, amount) => a << amount,
  shr: (a, _, amount) => a >> amount,
};

/** Shift amounts wrap at the width of the machine's operation: 64 bits for u64, else 32. */
export const binary = (operator: BinaryOperator, a: bigint, b: bigint, bits: number): bigint =>
  operations[operator](a, b, b & (bits === 64 ? 63n : 31n));

export function compare(comparison: Comparison, a: bigint, b: bigint, bits: number): boolean {
  const [x, y] = [BigInt.asIntN(bits, a), BigInt.asIntN(bits, b)];
  const answers: Record<Comparison, boolean> = {
    eq: a === b,
    ne: a !== b,
    lt: a < b,
    le: a <= b,
    gt: a > b,
    ge: a >= b,
    slt: x < y,
    sle: x <= y,
    sgt: x > y,
    sge: x >= y,
    hasBits: (a & b) !== 0n,
  };
  return answers[comparison];
}

export function atomicResult(
  operator: string,
  old: bigint,
  operand: bigint,
  expected: bigint,
): bigint {
  if (operator.endsWith('Add')) return old + operand;
  if (operator.endsWith('Or')) return old | operand;
  if (operator.endsWith('And')) return old & operand;
  if (operator.endsWith('Xor')) return old ^ operand;
  if (operator === 'exchange') return operand;
  return old === expected ? operand : old;
}

/** Ones' complement arithmetic, RFC 1071, on 32 bits. */
export const onesAdd = (a: bigint, b: bigint): bigint => {
  const sum = a + b;
  return sum > 0xffff_ffffn ? (sum & 0xffff_ffffn) + 1n : sum;
};
export const onesSum = (words: readonly bigint[], seed: bigint): bigint =>
  words.reduce(onesAdd, seed);
export const wordsOf = (bytes: Uint8Array): bigint[] =>
  Array.from({ length: bytes.length / 4 }, (_, index) => load(bytes, index * 4, 4));

export function fold(sum: bigint): bigint {
  const once = (sum & 0xffffn) + (sum >> 16n);
  return (once & 0xffffn) + (once >> 16n);
}
