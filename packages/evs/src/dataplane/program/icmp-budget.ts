import { u64 } from '@evs/ebpf';
import type { Surroundings } from './assembly.ts';

/** As many messages may leave at once after a pause: net.ipv4.icmp_msgs_burst. */
const burst = 50;

/**
 * Spends one message of what may be sent, or ends the packet's way. The budget is the moment for which the next
 * message is due (GCRA, ITU-T I.371): processors that race for it may send a few more, which does no harm.
 */
export function spendIcmpBudget(a: Surroundings): void {
  const { b, maps, verdict } = a;
  b.within('icmp_budget', () => {
    const intervalNs = b.staticValue(maps.settings).get('icmpIntervalNs');
    const budget = b.staticValue(maps.icmpBudget);
    const now = b.helper('ktime_get_coarse_ns');
    const due = b.variable(u64, budget.get('dueNs'));
    b.if(due.gt(now.add(intervalNs.mul(burst))), () => b.return(verdict.drop));
    b.if(due.lt(now), () => due.set(now));
    budget.set('dueNs', due.add(intervalNs));
  });
}
