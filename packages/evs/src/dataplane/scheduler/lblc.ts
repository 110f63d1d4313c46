import { all, u32, type Pointer, type U32, type Value } from '@evs/ebpf';
import { CacheEntry, type ServiceSlot } from '../layouts.ts';
import type { Scheduling } from '../program/assembly.ts';
import type { Scheduler } from '../program/schedule.ts';
import { cacheKey, isConfigured, shouldMove } from './cache.ts';
import { weightedLeastConnections } from './wlc.ts';

/**
 * Locality: a destination address keeps its real server until that has more active connections than its weight while
 * another is idle; it is chosen as wlc does. ip_vs_lblc, which does not look at its thresholds either.
 */
export const localityBasedLeastConnections: Scheduler = (a, service, ends) => {
  const { b, maps } = a;
  const key = cacheKey(a, service, ends);
  const chosen = b.variable(u32, 0);
  b.lookup(maps.cache, key).match((entry) => {
    entry.set('lastUsed', a.now);
    chosen.set(ifGood(a, service, entry.get('head')));
  });
  b.if(chosen.eq(0), () => {
    chosen.set(weightedLeastConnections(a, service, ends));
    b.if(chosen.ne(0), () => {
      const entry = b.local(CacheEntry, { lastUsed: a.now, lastChanged: a.now, head: chosen });
      b.update(maps.cache, key, entry);
    });
  });
  return chosen;
};

/** The slot, or 0 if its real server is not to be used any more. */
function ifGood(a: Scheduling, service: Pointer<typeof ServiceSlot>, slot: Value<U32>): Value<U32> {
  const { b, maps } = a;
  const good = b.variable(u32, 0);
  b.lookup(maps.realServers, slot).match((server) => {
    const stays = (): void => b.if(shouldMove(a, service, server).eq(0), () => good.set(slot));
    b.if(
      all(isConfigured(server), () => server.get('weight').ne(0)),
      stays,
    );
  });
  return good;
}
