import type { Scheduler } from '../program/schedule.ts';
import { addressHash, pickFromTable } from './hash.ts';

/** Destination hash: the packet's destination address chooses the bucket. ip_vs_dh. */
export const destinationHash: Scheduler = (a, service, flow) =>
  pickFromTable(a, service, addressHash(flow.family, flow.destination));
