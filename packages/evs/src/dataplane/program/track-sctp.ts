import { u32, u64, type Builder, type U32, type U64, type U8, type Value } from '@evs/ebpf';
import type { DirectorMaps } from '../maps.ts';
import {
  briefStates,
  firstSctpState,
  SctpChunk,
  sctpStateNumber,
  sctpTransitions,
  type SctpEvent,
} from '../sctp-states.ts';
import { packRow, type Direction } from '../tcp-states.ts';

const events = Object.entries(SctpChunk) as [Exclude<SctpEvent, 'data'>, number][];

/** The state after a packet, from its first chunk. States are those of a connection's word. */
export function nextSctpState(
  b: Builder,
  chunk: Value<U8>,
  direction: Direction,
  state: Value<U32>,
): Value<U32> {
  const rows = sctpTransitions[direction];
  const packed = b.variable(u64, packRow(rows.data));
  b.switch(
    chunk,
    events.map(([event, number]) => [number, () => packed.set(packRow(rows[event]))] as const),
  );
  const place = state.and(15).shl(2).to(u64);
  return packed.shr(place).and(15).to(u32).add(firstSctpState);
}

/** Timeout of an SCTP state, in jiffies. */
export function sctpTimeoutOf(b: Builder, maps: DirectorMaps, state: Value<U32>): Value<U64> {
  const settings = b.staticValue(maps.settings);
  const timeout = b.variable(u64, settings.get('sctp'));
  b.switch(state, [
    [sctpStateNumber('ESTABLISHED'), () => timeout.set(settings.get('sctpEstablished'))],
    [sctpStateNumber('NONE'), () => timeout.set(settings.get('none'))],
    ...briefStates.map(
      (brief) => [sctpStateNumber(brief), () => timeout.set(settings.get('sctpBrief'))] as const,
    ),
  ]);
  return timeout;
}
