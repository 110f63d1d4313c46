import type { Scheduler } from '../program/schedule.ts';
import { buckets, clientWord, pickOrProbe } from './hash.ts';

/** Source hash: the client's address chooses the bucket, and its port if the service says so. ip_vs_sh. */
export const sourceHash: Scheduler = (a, service, ends) =>
  pickOrProbe(a, service, buckets(a, service), clientWord(a, service, ends));
