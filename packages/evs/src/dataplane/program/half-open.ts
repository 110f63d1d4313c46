import {
  all,
  not,
  reserved,
  struct,
  subprogram,
  u32,
  u64,
  type Builder,
  type Condition,
  type Pointer,
  type U32,
  type Value,
} from '@evs/ebpf';
import { evictionReasons } from '../eviction-reasons.ts';
import { ConnectionFlag, FlowKey4, FlowKey6, stateMask } from '../layouts.ts';
import type { DirectorMaps } from '../maps.ts';
import { sctpStateBits } from '../sctp-states.ts';
import { halfOpenBits } from '../tcp-states.ts';
import type { Assembly, Features } from './assembly.ts';
import type { Family } from './family.ts';
import { ofFamily } from './of-family.ts';
import { evict } from './retire.ts';

/**
 * The ring of half-open connections. Each new one leaves its key in the next place, over the oldest. When the
 * table is full, the oldest that is still half-open makes room: established connections never do.
 */

const waiting = halfOpenBits | sctpStateBits(['INIT1', 'INIT']);

/** The client has not answered its real server yet, as far as we can tell; nobody is removing it either. */
export const isHalfOpen = (b: Builder, word: Value<U32>): Condition =>
  all(
    not(word.hasBits(ConnectionFlag.removed)),
    b.constant(u32, waiting).shr(word.and(stateMask)).and(1).ne(0),
  );

/** Takes the ring's next place. Its size is no part of the program: one program serves tables of every size. */
export const nextPlace = (b: Builder, maps: DirectorMaps): Value<U32> =>
  b
    .staticValue(maps.halfOpenCursor)
    .fetchAdd('next', 1)
    .and(b.staticValue(maps.settings).get('ringMask'));

/** Leaves a connection's key in a place of the ring. */
export function remember(a: Assembly, family: Family, key: Pointer, place: Value<U32>): void {
  a.b.lookup(family.halfOpen, place).match((entry) => {
    entry.copyBytes(0, key, 0, family.FlowKey.sizeBytes);
  });
}

const tableFull = evictionReasons.indexOf('table full');

/** How many places a packet looks at. What is not half-open there is established, and not looked at again. */
const mostPlaces = 32;

const Search4 = struct('search4', { key: FlowKey4, place: u32, _: reserved(4) });
const Search6 = struct('search6', { key: FlowKey6, place: u32, _: reserved(4) });

/** Throws out the oldest half-open connection from `place` on, and returns the place that it had. */
export const makeRoom = (
  { b, features, maps }: Assembly,
  family: Family,
  place: Value<U32>,
): Value<U32> => b.call(makeRoomRoutine(family, features, maps), place).to(u32);

const makeRoomRoutine = ofFamily((family, features: Features, maps: DirectorMaps) =>
  subprogram(`make_room_${family.name}`, [u32], (b, place) =>
    search({ b, features, maps }, family, place, family.name === 'ipv4' ? Search4 : Search6).to(
      u64,
    ),
  ),
);

function search(
  { b, maps, features }: Pick<Assembly, 'b' | 'features' | 'maps'>,
  family: Family,
  place: Value<U32>,
  layout: typeof Search4 | typeof Search6,
): Value<U32> {
  const begun = b.local(layout as typeof Search6, { place });
  b.loop(mostPlaces, begun, (step, _round, state) => {
    const found = step.variable(u32, 0);
    const key = state.view('key');
    step.lookup(family.halfOpen, state.get('place')).match((entry) => {
      key.copyBytes(0, entry, 0, family.FlowKey.sizeBytes);
    });
    step.lookup(family.connections, key).match((connection) => {
      const word = connection.get('word');
      step.if(isHalfOpen(step, word), () => {
        evict(step, features, maps, family, key, connection, word, tableFull);
        found.set(1);
      });
    });
    step.if(found.eq(0), () => state.set('place', nextPlace(step, maps)));
    return found;
  });
  return begun.get('place');
}
