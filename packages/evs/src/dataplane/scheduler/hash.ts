import {
  all,
  be16,
  be32,
  struct,
  u32,
  type Builder,
  type Pointer,
  type U32,
  type Value,
} from '@evs/ebpf';
import { bucketCount, ServiceFlag, type ServiceSlot } from '../layouts.ts';
import type { DirectorMaps } from '../maps.ts';
import type { Scheduling } from '../program/assembly.ts';
import { foldAddress, type AddressPlace, type Family } from '../program/family.ts';
import type { Ends } from '../program/parse.ts';
import { usable } from './usable.ts';

type ServicePointer = Pointer<typeof ServiceSlot>;

/** The table of a service with a hash scheduler. */
export interface Table {
  readonly map: DirectorMaps['buckets' | 'maglev'];
  /** Where it begins in the map. */
  readonly first: Value<U32>;
  readonly count: number;
  /** The place of a word; with an offset another one, as the scheduler looks for it. */
  readonly placeOf: (b: Builder, word: Value<U32>, offset?: Value<U32>) => Value<U32>;
}

/** The 256 buckets of sh and dh: hash_32(word, 8 bits) of include/linux/hash.h. */
export const buckets = (a: Scheduling, service: ServicePointer): Table => ({
  map: a.maps.buckets,
  first: service.get('table'),
  count: bucketCount,
  placeOf: (_b, word, offset) => {
    const hash = word.mul(0x61c8_8647).shr(24);
    return offset === undefined ? hash : hash.add(offset).and(bucketCount - 1);
  },
});

/** An address as a number; the words of an IPv6 address are mixed by exclusive or. */
export const folded = (family: Family, place: AddressPlace): Value<U32> =>
  // A byte swap commutes with exclusive or: swap once, after folding.
  foldAddress(family, place).reinterpret(be32).host();

/** The client's address, and its port added if the service's flags say so. */
export function clientWord(a: Scheduling, service: ServicePointer, ends: Ends): Value<U32> {
  const { b, features } = a;
  const word = folded(ends.family, ends.source);
  if ((features.schedulerFlags & ServiceFlag.port) === 0) return word;
  const port = ends.sourcePort.reinterpret(be16).host().to(u32);
  return b.select(service.get('flags').hasBits(ServiceFlag.port), u32, () => word.add(port), word);
}

/** The real server in one place of the table, if it is usable: no other is tried. */
export function pickFromTable(
  b: Builder,
  maps: DirectorMaps,
  map: Table['map'],
  place: Value<U32>,
): Value<U32> {
  const chosen = b.variable(u32, 0);
  b.lookup(map, place).match((bucket) => {
    const slot = bucket.get('slot');
    b.if(slot.ne(0), () => {
      b.lookup(maps.realServers, slot).match((server) => {
        b.if(usable(server), () => chosen.set(slot));
      });
    });
  });
  return chosen;
}

const Probe = struct('probe', {
  first: u32,
  word: u32,
  offset: u32,
  chosen: u32,
});

/**
 * The real server that a word belongs to. If that one is not usable and the service has the fallback flag, those at
 * offsets that go once round the table, beginning with the place itself as the first offset; as in ip_vs_sh and ip_vs_mh.
 */
export function pickOrProbe(
  a: Scheduling,
  service: ServicePointer,
  table: Table,
  word: Value<U32>,
): Value<U32> {
  const { b, maps, features } = a;
  const { map, first, count, placeOf } = table;
  const place = placeOf(b, word);
  const own = pickFromTable(b, maps, map, first.add(place));
  if ((features.schedulerFlags & ServiceFlag.fallback) === 0) return own;
  const chosen = b.variable(u32, own);
  b.if(
    all(own.eq(0), () => service.get('flags').hasBits(ServiceFlag.fallback)),
    () => {
      const probe = b.local(Probe, { first, word, offset: place });
      b.loop(count, probe, (step, index, state) => {
        const offset = index.add(state.get('offset')).mod(count);
        const other = state.get('first').add(placeOf(step, state.get('word'), offset));
        const found = pickFromTable(step, maps, map, other);
        state.set('chosen', found);
        return step.select(found.ne(0), u32, 1, 0);
      });
      chosen.set(probe.get('chosen'));
    },
  );
  return chosen;
}
