import { u32, u64, type Builder, type U32, type U64, type Value } from '@evs/ebpf';
import { sipInitial } from '../siphash.ts';

/** Emits `sipHash` of `../siphash.ts`: the hash of a word under a key that is known. */
export function emitSipHash(b: Builder, key: number, word: Value<U32>): Value<U32> {
  const block = word.to(u64).or(4n << 56n);
  const initial = (part: 0 | 1 | 2 | 3): Value<U64> =>
    b.constant(u64, BigInt(key) ^ sipInitial[part]);
  let state: SipState = [initial(0), initial(1), initial(2), initial(3).xor(block)];
  state = round(state);
  state = [state[0].xor(block), state[1], state[2].xor(0xff), state[3]];
  for (let count = 0; count < 3; count++) state = round(state);
  return state[0].xor(state[1]).xor(state[2]).xor(state[3]).to(u32);
}

type SipState = readonly [Value<U64>, Value<U64>, Value<U64>, Value<U64>];

function round([a, b, c, d]: SipState): SipState {
  const sum = a.add(b);
  const b1 = rotate(b, 13).xor(sum);
  const c1 = c.add(d);
  const d1 = rotate(d, 16).xor(c1);
  const a2 = rotate(sum, 32).add(d1);
  const c2 = c1.add(b1);
  return [a2, rotate(b1, 17).xor(c2), rotate(c2, 32), rotate(d1, 21).xor(a2)];
}

const rotate = (word: Value<U64>, bits: number): Value<U64> =>
  word.shl(bits).or(word.shr(64 - bits));
