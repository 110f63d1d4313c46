import { u32, type Operand, type U32 } from '@evs/ebpf';
import type { DropReason } from '../drop-reasons.ts';
import { countDrop, type Surroundings } from './assembly.ts';
import type { Family } from './family.ts';
import { ingressIfindex } from './frame.ts';
import { messageOf, type IcmpKind } from './icmp-message.ts';

/**
 * Ends the packet's way here, counted under its reason, and tells its sender by ICMP in the name of the
 * destination, as ip_vs does. `rest` is the second word of the message as it lies in memory.
 */
export function refuse(
  a: Surroundings,
  family: Family,
  reason: DropReason,
  kind: IcmpKind,
  rest: Operand<U32> = 0,
): void {
  const { b, packet } = a;
  b.within('refuse', () => {
    b.unlikely();
    countDrop(a, reason);
    const routine = a.routines.icmpError(family);
    const out = ingressIfindex(packet);
    b.return(b.call(routine, packet, messageOf(family, kind), rest, out).to(u32));
  });
}
