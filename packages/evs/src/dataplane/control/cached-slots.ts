import type { BpfMap } from '@evs/ebpf';
import type { CacheEntry, CacheKey, CacheMember, CacheMemberKey } from '../layouts.ts';
import { SchedulerCode } from '../layouts.ts';
import type { MapStore } from './map-store.ts';
import type { Registry } from './registry.ts';

/** The tables of lblc and lblcr. */
export interface CacheTables {
  readonly cache: BpfMap<typeof CacheKey, typeof CacheEntry>;
  readonly members: BpfMap<typeof CacheMemberKey, typeof CacheMember>;
}

/**
 * Slots of real servers that the cache of a service remembers. They must not be given to others: ip_vs keeps a deleted
 * real server, too, as long as a cache refers to it.
 */
export function cachedSlots({ cache, members }: CacheTables, registry: Registry): Set<number> {
  const caches = new Set<number>();
  for (const { record } of registry.services.values()) {
    const scheduler = record.u32('scheduler');
    if (scheduler === SchedulerCode.lblc || scheduler === SchedulerCode.lblcr) {
      caches.add(record.u32('maximum'));
    }
  }
  const slots = new Set<number>();
  if (caches.size === 0) return slots;
  for (const [key, { head }] of cache.entries()) if (caches.has(key.cache)) slots.add(head);
  for (const [key] of members.entries()) if (caches.has(key.cache)) slots.add(key.realServer);
  return slots;
}

/** The same of a director's tables, which are there only once a scheduler with a cache has been asked for. */
export function cachedSlotsOf(store: MapStore, registry: Registry): ReadonlySet<number> {
  if (!store.exists('cache') || !store.exists('cacheMembers')) return new Set();
  const tables = { cache: store.open('cache'), members: store.open('cacheMembers') };
  return cachedSlots(tables, registry);
}
