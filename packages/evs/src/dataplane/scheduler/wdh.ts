import type { Scheduler } from '../program/schedule.ts';
import { buckets, folded, pickOrProbe } from './hash.ts';

/** Weighted destination hash: the key of dh, buckets by weight and the fallback of sh. Ours: ip_vs has none. */
export const weightedDestinationHash: Scheduler = (a, service, ends) =>
  pickOrProbe(a, service, buckets(a, service), folded(ends.family, ends.destination));
