import { peerWordCount } from '../layouts.ts';
import { peerPlace } from '../program/peers.ts';
import type { SetWords } from './write-set.ts';

/** The set of devices whose frames may go to their other end (see program/peers.ts); some are too many for it. */
export function peerWords(ifindexes: Iterable<number>): SetWords {
  const words = new Map<number, bigint>();
  for (const ifindex of ifindexes) {
    const { word, bit } = peerPlace(ifindex);
    if (word < peerWordCount) words.set(word, (words.get(word) ?? 0n) | (1n << BigInt(bit)));
  }
  return words;
}
