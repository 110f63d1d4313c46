import type { Scheduler } from '../program/schedule.ts';
import { addressHash, pickFromTable } from './hash.ts';

/** Source hash: the client's address chooses the bucket. ip_vs_sh. */
export const sourceHash: Scheduler = (a, service, flow) =>
  pickFromTable(a, service, addressHash(flow.family, flow.source));
