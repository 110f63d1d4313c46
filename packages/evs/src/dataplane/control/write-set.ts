import type { BpfMap } from '@evs/ebpf';
import { BitWord } from '../layouts.ts';
import { Record } from './record.ts';

/** The words of a set that are not 0, by index. */
export type SetWords = ReadonlyMap<number, bigint>;

/** Tells the programs what is in a set. With `grow`, what was in it stays. */
export function writeSet(table: BpfMap, words: SetWords, grow: boolean): void {
  for (const [index, record] of wordsOf(table).entries()) {
    const before = record.u64('bits');
    const bits = (words.get(index) ?? 0n) | (grow ? before : 0n);
    if (bits !== before) record.setU64('bits', bits);
  }
}

/** The words of each set: making a thousand views takes longer than reading through them. */
const known = new WeakMap<BpfMap, readonly Record<typeof BitWord>[]>();

function wordsOf(table: BpfMap): readonly Record<typeof BitWord>[] {
  const found = known.get(table);
  if (found !== undefined) return found;
  const made = Array.from(
    { length: table.definition.capacity },
    (_, index) => new Record(BitWord, table.view(index)),
  );
  known.set(table, made);
  return made;
}
