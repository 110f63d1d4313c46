import type { BpfMap } from '@evs/ebpf';
import { BitWord } from '../layouts.ts';
import { Record } from './record.ts';

/** The words of a set that are not 0, by index. */
export type SetWords = ReadonlyMap<number, bigint>;

export function union(one: SetWords, other: SetWords): SetWords {
  const words = new Map(one);
  for (const [index, bits] of other) words.set(index, (words.get(index) ?? 0n) | bits);
  return words;
}

/** Tells the programs what is in a set, and that nothing else is. */
export function writeSet(table: BpfMap, words: SetWords): void {
  for (const [index, record] of wordsOf(table).entries()) write(record, words.get(index) ?? 0n);
}

/** Tells them what else is in it. */
export function addToSet(table: BpfMap, words: SetWords): void {
  const records = wordsOf(table);
  for (const [index, bits] of words) {
    const record = records[index];
    if (record !== undefined) write(record, record.u64('bits') | bits);
  }
}

function write(record: Record<typeof BitWord>, bits: bigint): void {
  if (record.u64('bits') !== bits) record.setU64('bits', bits);
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
