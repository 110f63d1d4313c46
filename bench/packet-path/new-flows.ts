import type { ForwardingMethod } from '../../packages/evs/src/director/model.ts';
import { testRun } from '../../packages/evs/src/linux/index.ts';
import { build, type Kind } from './balancers.ts';
import { opening } from './cases.ts';

/** Connections that are opened in a table of `usualCapacity`. */
export const newFlows = 200_000;
const tables = 5;

/** Nanoseconds net of a connection's first packet, on the average while an empty table fills; the least of some. */
export function newFlowCost(kind: Kind, method: ForwardingMethod): number | undefined {
  let best = Infinity;
  for (let table = 0; table < tables; table++) {
    using balancer = build(kind, method);
    if (balancer === undefined) return undefined;
    const { trial, base } = opening('new flow', balancer, method);
    const [full, empty] = [trial, base].map(
      ({ program, packet }) => testRun(program, packet, { repeat: newFlows }).durationNs,
    );
    best = Math.min(best, (full ?? 0) - (empty ?? 0));
  }
  return best;
}
