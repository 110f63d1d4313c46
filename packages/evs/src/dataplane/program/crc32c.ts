import { subprogram, u32, u64, type Builder, type U32, type Value } from '@evs/ebpf';

/**
 * CRC-32C, by which SCTP checks its packets (RFC 9260 appendix A), in its usual reflected form: the lowest bit is
 * the coefficient of x^31. A CRC is linear: where a packet changes, the change of its CRC is the CRC of the
 * difference, with nothing added at either end. So no more of a packet need be read than what changes, however
 * long it is, and a packet that was corrupt stays corrupt.
 */
const polynomial = 0x82f6_3b78;

/** The product of two polynomials modulo that of CRC-32C. */
export function multiply(a: number, factor: number): number {
  let [left, right, product] = [a, factor, 0];
  for (let bit = 0; bit < 32; bit++) {
    if (left >>> 31 === 1) product ^= right;
    left <<= 1;
    right = (right & 1) === 1 ? (right >>> 1) ^ polynomial : right >>> 1;
  }
  return product >>> 0;
}

/** x^(8 · 2^k): what 2^k bytes of zero do to a CRC. */
const powers: readonly number[] = Array.from({ length: 16 }).reduce<number[]>(
  (found) => {
    const last = found.at(-1) ?? 0;
    return [...found, multiply(last, last)];
  },
  [0x0080_0000],
);

const multiplyInKernel = subprogram('crc32c_multiply', [u32, u32], (b, a, factor) => {
  const left = b.variable(u32, a);
  const right = b.variable(u32, factor);
  const product = b.variable(u32, 0);
  b.repeat(32, () => {
    // All ones where the bit is set, and so no branch.
    product.set(product.xor(right.and(left.shr(31).negate())));
    left.set(left.shl(1));
    right.set(right.shr(1).xor(right.and(1).negate().and(polynomial)));
  });
  return product.to(u64);
});

/**
 * How the CRC of a message of `length` bytes, 65,535 at most, changes if its first four bytes change by
 * `difference`, their exclusive or as it lies in memory.
 */
export function crcChange(b: Builder, difference: Value<U32>, length: Value<U32>): Value<U32> {
  return b.within('crc32c', () => {
    const change = b.variable(u32, difference);
    for (const [bit, power] of powers.slice(0, 16).entries()) {
      b.if(length.hasBits(1 << bit), () =>
        change.set(b.call(multiplyInKernel, change, power).to(u32)),
      );
    }
    return change;
  });
}
