/** Ones' complement sums, RFC 1071, on 32 bits. Words are read little-endian: the sum does not mind. */

/** Sum of two 32-bit numbers with the carry added at the bottom. */
export function addOnes(a: number, b: number): number {
  const sum = (a >>> 0) + (b >>> 0);
  return sum > 0xffff_ffff ? (sum + 1) >>> 0 : sum;
}

/** `a` less `b`: plus its complement. */
export const subtractOnes = (a: number, b: number): number => addOnes(a, ~b);

/** Sum over bytes whose number is a multiple of 4, on top of `seed`. */
export function sumOnes(bytes: Uint8Array, seed: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let sum = seed >>> 0;
  for (let at = 0; at < bytes.length; at += 4) sum = addOnes(sum, view.getUint32(at, true));
  return sum;
}

/** A 32-bit sum as one of 16 bits. */
export function foldOnes(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return (once & 0xffff) + (once >>> 16);
}

/** The checksum of a sum: its complement, on 16 bits. */
export const checksumOf = (sum: number): number => ~foldOnes(sum) & 0xffff;
