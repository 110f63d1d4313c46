import { bucketCount } from '../layouts.ts';

/**
 * Fills the buckets of a hash scheduler in turns over the real servers in scan order: `runs` says how many
 * buckets in a row each takes (ip_vs_sh: its weight, at least 1; ip_vs_dh: always 1). 0 without real servers.
 */
export function fillBuckets(servers: readonly { slot: number; run: number }[]): number[] {
  const buckets: number[] = [];
  while (buckets.length < bucketCount && servers.length > 0) {
    for (const { slot, run } of servers) {
      for (let turn = 0; turn < Math.min(run, bucketCount); turn++) buckets.push(slot);
    }
  }
  return Array.from({ length: bucketCount }, (_, index) => buckets[index] ?? 0);
}
