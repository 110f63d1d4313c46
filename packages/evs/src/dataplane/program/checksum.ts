import { u16, u32, u64, type U16, type Value } from '@evs/ebpf';
import type { Sum } from './family.ts';

/** Adds to a one's complement sum what replacing `before` by `after` changes. RFC 1624. */
export const exchange = (sum: Sum, before: Value, after: Value): Sum =>
  sum.add(complement(before)).add(after.to(u64));

/** The one's complement of a 16- or 32-bit value, as a term of a sum. */
export const complement = (value: Value): Sum =>
  value.to(u64).xor(value.type.sizeBytes === 2 ? 0xffff : 0xffff_ffffn);

/** Folds the carries of a sum of a few 32-bit words into 16 bits. */
export function fold(sum: Sum): Sum {
  const once = sum.and(0xffff_ffffn).add(sum.shr(32));
  const twice = once.and(0xffff).add(once.shr(16));
  const thrice = twice.and(0xffff).add(twice.shr(16));
  return thrice.and(0xffff).add(thrice.shr(16));
}

/** Folds a sum into 32 bits, the form that the checksum helpers of tc take. */
export function foldTo32(sum: Sum): Sum {
  const once = sum.and(0xffff_ffffn).add(sum.shr(32));
  return once.and(0xffff_ffffn).add(once.shr(32));
}

/** A checksum field with the words behind `change` exchanged: the field is the complement of the sum. */
export const updated = (field: Value<U16>, change: Sum): Value<U16> =>
  fold(complement(field).add(change)).xor(0xffff).to(u32).to(u16);
