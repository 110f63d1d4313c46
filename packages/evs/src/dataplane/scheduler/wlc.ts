import type { Scheduler } from '../program/schedule.ts';
import { lessByWeight, overhead, searchBest } from './least.ts';

/** Least connections by weight. ip_vs_wlc. */
export const weightedLeastConnections: Scheduler = (a, service) =>
  searchBest(a, service, { load: overhead, better: lessByWeight });
