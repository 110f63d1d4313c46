import { overhead, searchLeast } from './least.ts';
import type { Scheduler } from '../program/schedule.ts';

/** Least connections, weights ignored. ip_vs_lc. */
export const leastConnections: Scheduler = (a, service) =>
  searchLeast(a, service, overhead, (best, candidate) => best.load.gt(candidate.load));
