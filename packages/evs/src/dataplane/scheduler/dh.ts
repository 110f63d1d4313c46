import type { Scheduler } from '../program/schedule.ts';
import { buckets, folded, pickFromTable } from './hash.ts';

/** Destination hash: the packet's destination address chooses the bucket. ip_vs_dh. */
export const destinationHash: Scheduler = (a, service, ends) => {
  const { map, first, placeOf } = buckets(a, service);
  const place = placeOf(a.b, folded(ends.family, ends.destination));
  return pickFromTable(a.b, a.maps, map, first.add(place));
};
