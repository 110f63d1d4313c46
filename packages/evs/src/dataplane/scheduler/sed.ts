import type { Scheduler } from '../program/schedule.ts';
import { expectedDelay, lessByWeight, searchBest } from './least.ts';

/** Shortest expected delay: active connections and the new one, by weight. ip_vs_sed. */
export const shortestExpectedDelay: Scheduler = (a, service) =>
  searchBest(a, service, { load: expectedDelay, better: lessByWeight });
