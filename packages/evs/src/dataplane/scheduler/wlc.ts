import type { Scheduler } from '../program/schedule.ts';
import { overhead, searchLeast } from './least.ts';

/** Least connections by weight: load/weight compared crosswise, signed and 64 bits wide. ip_vs_wlc. */
export const weightedLeastConnections: Scheduler = (a, service) =>
  searchLeast(a, service, overhead, (best, candidate) =>
    best.load.mul(candidate.weight).sgt(candidate.load.mul(best.weight)),
  );
