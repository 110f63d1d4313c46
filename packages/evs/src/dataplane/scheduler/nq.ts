import type { Scheduler } from '../program/schedule.ts';
import { expectedDelay, lessByWeight, searchBest } from './least.ts';

/** Never queue: the first in scan order without active connections, whatever its weight; else as sed. ip_vs_nq. */
export const neverQueue: Scheduler = (a, service) =>
  searchBest(a, service, {
    load: expectedDelay,
    better: lessByWeight,
    atOnce: (server) => server.get('active').eq(0),
  });
