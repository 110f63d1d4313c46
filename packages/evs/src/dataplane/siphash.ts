/** Key by which ip_vs_mh hashes clients, and chooses where a real server's sequence of slots begins. */
export const maglevKey = 2_654_435_761;

const mask64 = (1n << 64n) - 1n;

/**
 * SipHash-1-3 (Aumasson and Bernstein 2012) of one little-endian 32-bit word under a key whose halves are equal,
 * folded to 32 bits: what ip_vs_mh hashes with on 64-bit machines. `scheduler/siphash.ts` emits the same.
 */
export function sipHash(key: number, word: number): number {
  const half = BigInt(key);
  const block = (4n << 56n) | BigInt(word >>> 0);
  const state: SipState = [
    half ^ sipInitial[0],
    half ^ sipInitial[1],
    half ^ sipInitial[2],
    half ^ sipInitial[3] ^ block,
  ];
  sipRound(state);
  state[0] ^= block;
  state[2] ^= 0xffn;
  for (let round = 0; round < 3; round++) sipRound(state);
  return Number((state[0] ^ state[1] ^ state[2] ^ state[3]) & 0xffff_ffffn);
}

type SipState = [bigint, bigint, bigint, bigint];

/** "somepseudorandomlygeneratedbytes" in four words. */
export const sipInitial = [
  0x736f6d6570736575n,
  0x646f72616e646f6dn,
  0x6c7967656e657261n,
  0x7465646279746573n,
] as const;

function sipRound(v: SipState): void {
  v[0] = (v[0] + v[1]) & mask64;
  v[1] = rotate(v[1], 13n) ^ v[0];
  v[0] = rotate(v[0], 32n);
  v[2] = (v[2] + v[3]) & mask64;
  v[3] = rotate(v[3], 16n) ^ v[2];
  v[0] = (v[0] + v[3]) & mask64;
  v[3] = rotate(v[3], 21n) ^ v[0];
  v[2] = (v[2] + v[1]) & mask64;
  v[1] = rotate(v[1], 17n) ^ v[2];
  v[2] = rotate(v[2], 32n);
}

const rotate = (word: bigint, bits: bigint): bigint =>
  ((word << bits) | (word >> (64n - bits))) & mask64;
