import type { ForwardingMethod } from '../../packages/evs/src/director/model.ts';
import { MinimalBalancer } from '../minimal/minimal-balancer.ts';
import type { Balancer } from '../support/balancer.ts';
import { BenchDirector } from '../support/bench-director.ts';

export type Kind = 'evs' | 'C';

/** Slots in the table of connections, unless there are more connections. */
export const usualCapacity = 1 << 18;

/** A director for one TCP service, as evsd would run it. */
export const director = (method: ForwardingMethod, connections = usualCapacity): BenchDirector =>
  new BenchDirector({
    method,
    protocols: ['tcp'],
    localClients: true,
    capacities: { connections },
  });

/** The product or the yardstick; undefined if this machine cannot compile the yardstick. */
export const build = (
  kind: Kind,
  method: ForwardingMethod,
  connections = usualCapacity,
): Balancer | undefined =>
  kind === 'evs' ? director(method, connections) : MinimalBalancer.build(method, connections);
