import type { BpfMap } from '@evs/ebpf';
import type { VirtualService } from '../../director/model.ts';
import type { IpAddress } from '../../packet/index.ts';
import { FilterWord, RealServerFlag } from '../layouts.ts';
import { filterPlace } from '../program/filter.ts';
import { Record } from './record.ts';
import { serverFlags, type Registry } from './registry.ts';

/** The words of a filter that are not 0, by index. */
type FilterWords = ReadonlyMap<number, bigint>;

/** Which addresses the programs must look at (see program/filter.ts): those in use, and those wanted. */
export function filterWords(registry: Registry, wanted: readonly VirtualService[]): FilterWords {
  const words = new Map<number, bigint>();
  const include = (address: IpAddress): void => {
    const { word, bit } = filterPlace(address);
    words.set(word, (words.get(word) ?? 0n) | (1n << BigInt(bit)));
  };
  for (const { key } of registry.services.values()) include(key.address);
  for (const server of registry.servers.values()) {
    if ((serverFlags(server.record) & RealServerFlag.masquerading) !== 0)
      include(server.key.address);
  }
  for (const { realServers } of wanted) {
    for (const server of realServers) {
      if (server.method === 'masquerading') include(server.address);
    }
  }
  return words;
}

/** Tells the programs. With `grow`, old addresses stay. */
export function writeFilter(table: BpfMap, words: FilterWords, grow: boolean): void {
  for (const [index, record] of wordsOf(table).entries()) {
    const before = record.u64('bits');
    const bits = (words.get(index) ?? 0n) | (grow ? before : 0n);
    if (bits !== before) record.setU64('bits', bits);
  }
}

/** The words of each filter: making a thousand views takes longer than reading through them. */
const known = new WeakMap<BpfMap, readonly Record<typeof FilterWord>[]>();

function wordsOf(table: BpfMap): readonly Record<typeof FilterWord>[] {
  const found = known.get(table);
  if (found !== undefined) return found;
  const made = Array.from(
    { length: table.definition.capacity },
    (_, index) => new Record(FilterWord, table.view(index)),
  );
  known.set(table, made);
  return made;
}
