import type { Scalar } from '../layout/index.ts';

/** The greatest value of a scalar. */
export const maximumOf = (type: Scalar): bigint => (1n << BigInt(type.sizeBytes * 8)) - 1n;

/**
 * The bits of a constant as a register holds them, or why there are none. Negative numbers mean two's
 * complement. For network order, given in host order, the bytes are swapped.
 */
export function constantBits(type: Scalar, value: number | bigint): bigint | string {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    return `${value} is no whole number: write large ones as bigint`;
  }
  const bits = type.sizeBytes * 8;
  const wanted = BigInt(value);
  if (wanted > maximumOf(type) || wanted < -(1n << BigInt(bits - 1))) {
    return `${type.name} cannot hold ${value}`;
  }
  const unsigned = BigInt.asUintN(bits, wanted);
  return type.order === 'network' ? swapBytes(unsigned, type.sizeBytes) : unsigned;
}

export function swapBytes(value: bigint, sizeBytes: number): bigint {
  let swapped = 0n;
  for (let index = 0; index < sizeBytes; index += 1) {
    swapped = (swapped << 8n) | ((value >> BigInt(8 * index)) & 0xffn);
  }
  return swapped;
}
