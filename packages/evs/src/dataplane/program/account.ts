import type { U32, Value } from '@evs/ebpf';
import type { Assembly } from './assembly.ts';

/** Counts one packet of a real server on this processor. */
export function account(
  a: Assembly,
  slot: Value<U32>,
  direction: 'in' | 'out',
  length: Value<U32>,
): void {
  const { b } = a;
  b.within('account', () => {
    const [packets, bytes] =
      direction === 'in'
        ? (['inPackets', 'inBytes'] as const)
        : (['outPackets', 'outBytes'] as const);
    const counters = b.lookup(a.maps.statistics, slot).orReturn(a.verdict.drop);
    counters.set(packets, counters.get(packets).add(1));
    counters.set(bytes, counters.get(bytes).add(length.to(counters.get(bytes).type)));
  });
}

/** Counts one connection that was scheduled to a real server. */
export function accountConnection(a: Assembly, slot: Value<U32>): void {
  const counters = a.b.lookup(a.maps.statistics, slot).orReturn(a.verdict.drop);
  counters.set('connections', counters.get('connections').add(1));
}
