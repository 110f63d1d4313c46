import type { Scheduler } from '../program/schedule.ts';
import { expectedDelay, moreWeight, searchBest } from './least.ts';

/** Failover: the greatest weight takes everything. ip_vs_fo. */
export const weightedFailover: Scheduler = (a, service) =>
  searchBest(a, service, { load: expectedDelay, better: moreWeight });
