import { all, u32, type Pointer, type U32, type Value } from '@evs/ebpf';
import type { CacheEntry, CacheKey, ServiceSlot } from '../layouts.ts';
import type { Scheduling } from '../program/assembly.ts';
import type { Scheduler } from '../program/schedule.ts';
import { cacheKey, shouldMove } from './cache.ts';
import { createSet, enterSet, leaveSet } from './cache-set.ts';
import { weighSet } from './weigh-set.ts';
import { weightedLeastConnections } from './wlc.ts';

/**
 * Locality with replication: a destination address has a set of real servers, of which the one with least load by weight
 * is taken. The set grows when that one is busy while another of the service is idle, and loses its most loaded member
 * when it has not changed for a while. ip_vs_lblcr.
 */
export const replicatedLocalityBasedLeastConnections: Scheduler = (a, service, ends) => {
  const { b, maps } = a;
  const key = cacheKey(a, service, ends);
  const chosen = b.variable(u32, 0);
  b.lookup(maps.cache, key).match(
    (entry) => {
      chosen.set(pickFromSet(a, service, key, entry));
      b.if(chosen.eq(0), () => {
        chosen.set(weightedLeastConnections(a, service, ends));
        b.if(chosen.ne(0), () => enterSet(a, key, entry, chosen));
      });
    },
    () => {
      chosen.set(weightedLeastConnections(a, service, ends));
      b.if(chosen.ne(0), () => createSet(a, key, chosen));
    },
  );
  return chosen;
};

/** The least loaded of the set; 0 if it has none, or that one is too busy. */
function pickFromSet(
  a: Scheduling,
  service: Pointer<typeof ServiceSlot>,
  key: Pointer<typeof CacheKey>,
  entry: Pointer<typeof CacheEntry>,
): Value<U32> {
  const { b, maps, now } = a;
  entry.set('lastUsed', now);
  const set = weighSet(a, key, entry);
  const unchangedUntil = entry
    .get('lastChanged')
    .add(b.staticValue(maps.settings).get('lblcrExpiration'));
  b.if(
    all(
      entry.get('size').gt(1),
      () => now.gt(unchangedUntil),
      () => set.get('most').ne(0),
    ),
    () => leaveSet(a, key, entry, set.get('most'), set.get('beforeMost')),
  );
  const chosen = b.variable(u32, 0);
  const least = set.get('least');
  b.lookup(maps.realServers, least).match((server) => {
    const stays = all(least.ne(0), () => shouldMove(a, service, server).eq(0));
    b.if(stays, () => chosen.set(least));
  });
  return chosen;
}
