import type { Scheduler } from '../program/schedule.ts';
import { overhead, searchBest } from './least.ts';

/** Least connections, weights ignored. ip_vs_lc. */
export const leastConnections: Scheduler = (a, service) =>
  searchBest(a, service, {
    load: overhead,
    better: (best, candidate) => best.load.gt(candidate.load),
  });
