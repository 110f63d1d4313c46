import type { BpfMap } from '@evs/ebpf';
import type { RealServer, SchedulerName, VirtualService } from '../../director/model.ts';
import { Bucket, bucketCount, maglevStride } from '../layouts.ts';
import { fillBuckets } from './hash-buckets.ts';
import { fillMaglev } from './maglev.ts';
import { Record } from './record.ts';
import type { Registry, ServerEntry, ServiceEntry } from './registry.ts';
import { TableFullError } from './table-full-error.ts';

/** How many buckets in a row a real server takes in the table of a hash scheduler. */
const runOf: { readonly [S in SchedulerName]?: (server: RealServer) => number } = {
  sh: ({ weight }) => Math.max(1, weight),
  wsh: ({ weight }) => Math.max(1, weight),
  wdh: ({ weight }) => Math.max(1, weight),
  dh: () => 1,
};

/** The map that has a scheduler's tables; undefined for schedulers that have none. */
export function lookupTableName(scheduler: SchedulerName): 'buckets' | 'maglev' | undefined {
  if (scheduler === 'mh') return 'maglev';
  return runOf[scheduler] === undefined ? undefined : 'buckets';
}

/** The slots of real servers that a scheduler wants in its table. */
export function lookupTableOf(wanted: VirtualService, servers: readonly ServerEntry[]): number[] {
  const run = runOf[wanted.scheduler];
  if (run === undefined) return maglevOf(servers);
  const runs = wanted.realServers.map((server, index) => ({
    slot: servers[index]?.slot ?? 0,
    run: run(server),
  }));
  return fillBuckets(runs);
}

const maglevOf = (servers: readonly ServerEntry[]): number[] =>
  fillMaglev(
    servers.map(({ slot, key, record }) => ({
      slot,
      ...key,
      lastWeight: record.u32('lastWeight'),
    })),
  );

/** Two tables per service: the one not in use is filled, then the service turns to it. */
export function writeLookupTable(
  table: BpfMap,
  registry: Registry,
  entry: ServiceEntry,
  slots: readonly number[],
): void {
  const stride = slots.length === bucketCount ? 1 : maglevStride;
  const place = tablePlace(table, stride, registry, entry);
  const current = entry.record.u32('table');
  const base = place * 2 * bucketCount;
  const target = current === base ? base + bucketCount : base;
  const bucket = (first: number, index: number) =>
    new Record(Bucket, table.view(first * stride + index));
  const isOurs = current >= base && current < base + 2 * bucketCount;
  if (isOurs && slots.every((slot, index) => bucket(current, index).u32('slot') === slot)) return;
  for (const [index, slot] of slots.entries()) bucket(target, index).setU32('slot', slot);
  entry.record.setU32('table', target);
}

const placeOf = (service: ServiceEntry): number =>
  Math.floor(service.record.u32('table') / (2 * bucketCount));

/** Which pair of tables belongs to a service: its own if it has one (0 means none), else a free one. */
function tablePlace(
  table: BpfMap,
  stride: number,
  registry: Registry,
  entry: ServiceEntry,
): number {
  if (placeOf(entry) !== 0) return placeOf(entry);
  const taken = new Set([...registry.services.values()].map(placeOf));
  const places = table.definition.capacity / (2 * bucketCount * stride);
  for (let place = 1; place < places; place++) if (!taken.has(place)) return place;
  throw new TableFullError('hashTables');
}
