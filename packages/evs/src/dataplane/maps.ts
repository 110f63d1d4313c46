import {
  arrayMap,
  hashMap,
  lruHashMap,
  perCpuArrayMap,
  ringBuffer,
  type MapDefinition,
} from '@evs/ebpf';
import { mostMarkRules } from '../director/index.ts';
import { Call, CallCounter, CallKey4, CallKey6, CallScan4, CallScan6 } from './call-layouts.ts';
import {
  Adoption,
  adoptionCount,
  BitWord,
  Bucket,
  CacheEntry,
  CacheKey,
  CacheMember,
  CacheMemberKey,
  CacheState,
  Connection,
  cacheCapacity,
  filterWordCount,
  FirstFragment4,
  FirstFragment6,
  FlowKey4,
  FlowKey6,
  FragmentKey4,
  FragmentKey6,
  MarkKey,
  MatchRule,
  IcmpBudget,
  LostAnnouncements,
  maglevStride,
  peerWordCount,
  RealServerSlot,
  RingCursor,
  ServiceIndex,
  ServiceKey4,
  ServiceKey6,
  ServiceSlot,
  Settings,
  Statistics,
  Template,
  TemplateKey4,
  TemplateKey6,
} from './layouts.ts';
import { dropReasons, DropCount } from './drop-reasons.ts';
import { EvictionCount, evictionReasons } from './eviction-reasons.ts';

/**
 * Entries of each table. Slot 0 of services and real servers means none. All but connections are what a director
 * begins with: its tables grow with its configuration.
 */
export interface Capacities {
  readonly connections: number;
  readonly services: number;
  readonly realServers: number;
  /** Services with a hash scheduler (sh, dh, wsh, wdh, mh); each has two tables, of which one is in use. */
  readonly hashTables: number;
}
export const defaultCapacities: Capacities = {
  connections: 1 << 18,
  services: 512,
  realServers: 1024,
  hashTables: 16,
};

/** The tables of one director. Those of an unused family or method are defined but never created. */
export function defineMaps(capacities: Capacities) {
  return {
    ...connectionTables(capacities.connections),
    ...templateTables(capacities.connections),
    ...serviceTables(capacities),
    ...cacheTables,
    ...fragmentTables,
    ...synchronisationTables,
    ...countingTables(capacities),
    filter: arrayMap({
      name: 'filter',
      value: BitWord,
      capacity: filterWordCount,
      memoryMapped: true,
    }),
    peers: arrayMap({
      name: 'peers',
      value: BitWord,
      capacity: peerWordCount,
      memoryMapped: true,
    }),
    settings: arrayMap({ name: 'settings', value: Settings, capacity: 1, memoryMapped: true }),
  } as const satisfies Record<string, MapDefinition>;
}
export type DirectorMaps = ReturnType<typeof defineMaps>;
export type MapName = keyof DirectorMaps;

/** Tables that are replaced by larger ones when a configuration needs more room. */
export const growingTables = [
  'services4',
  'services6',
  'services',
  'realServers',
  'buckets',
  'maglev',
  'statistics',
  'serverBaselines',
  'serviceBaselines',
] as const satisfies readonly MapName[];

const connectionTables = (capacity: number) =>
  ({
    connections4: hashMap({
      name: 'connections4',
      key: FlowKey4,
      value: Connection,
      capacity,
    }),
    connections6: hashMap({
      name: 'connections6',
      key: FlowKey6,
      value: Connection,
      capacity,
    }),
    /** A reply's flow → the flow of the request, which is the key of the connection. */
    replies4: hashMap({
      name: 'replies4',
      key: FlowKey4,
      value: FlowKey4,
      capacity,
    }),
    replies6: hashMap({
      name: 'replies6',
      key: FlowKey6,
      value: FlowKey6,
      capacity,
    }),
    halfOpen4: arrayMap({ name: 'half_open4', value: FlowKey4, capacity: ringSize(capacity) }),
    halfOpen6: arrayMap({ name: 'half_open6', value: FlowKey6, capacity: ringSize(capacity) }),
    halfOpenCursor: arrayMap({ name: 'half_open_next', value: RingCursor, capacity: 1 }),
  }) as const;

/** Only persistent services have them: their entries are allocated one by one. */
const templateTables = (capacity: number) =>
  ({
    templates4: hashMap({
      name: 'templates4',
      key: TemplateKey4,
      value: Template,
      capacity,
      onDemand: true,
    }),
    templates6: hashMap({
      name: 'templates6',
      key: TemplateKey6,
      value: Template,
      capacity,
      onDemand: true,
    }),
    /** Of services with the persistence engine sip. */
    calls4: hashMap({ name: 'calls4', key: CallKey4, value: Call, capacity, onDemand: true }),
    calls6: hashMap({ name: 'calls6', key: CallKey6, value: Call, capacity, onDemand: true }),
    callCounter: arrayMap({ name: 'call_counter', value: CallCounter, capacity: 1 }),
    callScan4: perCpuArrayMap({ name: 'call_scan4', value: CallScan4, capacity: 1 }),
    callScan6: perCpuArrayMap({ name: 'call_scan6', value: CallScan6, capacity: 1 }),
  }) as const;

/** Places of the ring of half-open connections: a power of 2, at most half a megabyte for IPv4. */
const ringSize = (connections: number): number =>
  Math.min(1 << 15, 2 ** Math.floor(Math.log2(connections)));

const serviceTables = (capacities: Capacities) =>
  ({
    services4: hashMap({
      name: 'services4',
      key: ServiceKey4,
      value: ServiceIndex,
      capacity: capacities.services,
    }),
    services6: hashMap({
      name: 'services6',
      key: ServiceKey6,
      value: ServiceIndex,
      capacity: capacities.services,
    }),
    markServices: hashMap({
      name: 'mark_services',
      key: MarkKey,
      value: ServiceIndex,
      capacity: capacities.services,
      onDemand: true,
    }),
    /** Two lists, of which one is in use. */
    matchRules: arrayMap({
      name: 'match_rules',
      value: MatchRule,
      capacity: 2 * mostMarkRules,
      memoryMapped: true,
    }),
    services: arrayMap({
      name: 'services',
      value: ServiceSlot,
      capacity: capacities.services,
      memoryMapped: true,
    }),
    realServers: arrayMap({
      name: 'real_servers',
      value: RealServerSlot,
      capacity: capacities.realServers,
      memoryMapped: true,
    }),
    buckets: arrayMap({
      name: 'buckets',
      value: Bucket,
      capacity: capacities.hashTables * 512,
      memoryMapped: true,
    }),
    /** Tables of mh: a service's first slot is 16 times its first bucket would be. */
    maglev: arrayMap({
      name: 'maglev',
      value: Bucket,
      capacity: capacities.hashTables * 512 * maglevStride,
      memoryMapped: true,
    }),
  }) as const;

/** What directors tell each other; the tables of a role that is not in use are never made. */
const synchronisationTables = {
  announcements: ringBuffer({ name: 'announcements', sizeBytes: 1 << 21 }),
  lostAnnouncements: arrayMap({ name: 'unannounced', value: LostAnnouncements, capacity: 1 }),
  adoptions: arrayMap({
    name: 'adoptions',
    value: Adoption,
    capacity: adoptionCount,
    memoryMapped: true,
  }),
} as const;

/** Where lblc and lblcr remember which real servers a destination has. */
const cacheTables = {
  cache: hashMap({ name: 'cache', key: CacheKey, value: CacheEntry, capacity: cacheCapacity }),
  cacheMembers: hashMap({
    name: 'cache_members',
    key: CacheMemberKey,
    value: CacheMember,
    capacity: cacheCapacity * 2,
  }),
  cacheState: arrayMap({ name: 'cache_state', value: CacheState, capacity: 1 }),
} as const;

/** Datagrams that come in fragments, as many as may be on their way; the oldest give way. */
const mostFragmented = 8192;
const fragmentTables = {
  fragments4: lruHashMap({
    name: 'fragments4',
    key: FragmentKey4,
    value: FirstFragment4,
    capacity: mostFragmented,
  }),
  fragments6: lruHashMap({
    name: 'fragments6',
    key: FragmentKey6,
    value: FirstFragment6,
    capacity: mostFragmented,
  }),
} as const;

const countingTables = (capacities: Capacities) =>
  ({
    statistics: perCpuArrayMap({
      name: 'statistics',
      value: Statistics,
      capacity: capacities.realServers,
    }),
    /** What `-Z` subtracts, by real server. */
    serverBaselines: arrayMap({
      name: 'server_zero',
      value: Statistics,
      capacity: capacities.realServers,
      memoryMapped: true,
    }),
    /** The same by service, less what freed real servers had counted. */
    serviceBaselines: arrayMap({
      name: 'service_zero',
      value: Statistics,
      capacity: capacities.services,
      memoryMapped: true,
    }),
    icmpBudget: arrayMap({ name: 'icmp_budget', value: IcmpBudget, capacity: 1 }),
    evictions: perCpuArrayMap({
      name: 'evictions',
      value: EvictionCount,
      capacity: evictionReasons.length,
    }),
    drops: perCpuArrayMap({ name: 'drops', value: DropCount, capacity: dropReasons.length }),
  }) as const;
