import type { Scheduler } from '../program/schedule.ts';
import { expectedDelay, moreWeight, searchBest } from './least.ts';

/** Overflow: the greatest weight that its active connections do not exceed yet. ip_vs_ovf. */
export const weightedOverflow: Scheduler = (a, service) =>
  searchBest(a, service, {
    load: expectedDelay,
    better: moreWeight,
    eligible: (server) => server.get('active').le(server.get('weight')),
  });
