import type { BpfMap } from '@evs/ebpf';
import type { Counters } from '../../director/model.ts';
import { Statistics } from '../layouts.ts';

/** 64-bit counters as halves, low one first: numbers that V8 need not allocate. */
export type CounterWords = Uint32Array;

const half = 2 ** 32;
/** 32-bit words of one entry. */
export const wordsPerEntry = Statistics.sizeBytes / 4;

const placeOf = (field: keyof Counters): number => Statistics.offsetOf(field) / 4;
const connections = placeOf('connections');
const inPackets = placeOf('inPackets');
const outPackets = placeOf('outPackets');
const inBytes = placeOf('inBytes');
const outBytes = placeOf('outBytes');

/** What was counted between a zero point and the totals of some slots, beginning at these words. */
export function countersSince(
  totals: CounterWords,
  slotsAt: readonly number[],
  zero: CounterWords,
): Counters {
  const counted = (place: number): number => {
    let sum = -signed(zero, place);
    for (const at of slotsAt) sum += signed(totals, at + place);
    return sum;
  };
  return {
    connections: counted(connections),
    inPackets: counted(inPackets),
    outPackets: counted(outPackets),
    inBytes: counted(inBytes),
    outBytes: counted(outBytes),
  };
}

/** Zero points may be negative: freed servers count into the past. */
const signed = (words: CounterWords, at: number): number =>
  ((words[at + 1] ?? 0) | 0) * half + (words[at] ?? 0);

/** The words of each table's entries: views are made once. */
const known = new WeakMap<BpfMap, CounterWords[]>();

/** An entry of a memory-mapped table of counters. */
export function entryWords(table: BpfMap, index: number): CounterWords {
  const entries = known.get(table) ?? [];
  if (entries.length === 0) known.set(table, entries);
  return (entries[index] ??= viewOf(table, index));
}

function viewOf(table: BpfMap, index: number): CounterWords {
  const view = table.view(index);
  return new Uint32Array(view.buffer, view.byteOffset, wordsPerEntry);
}
