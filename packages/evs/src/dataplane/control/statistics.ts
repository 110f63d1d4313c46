import type { BpfMap, Infer } from '@evs/ebpf';
import type {
  Counters,
  RealServerKey,
  RealServerStatus,
  ServiceKey,
} from '../../director/model.ts';
import { KernelMap, readCounters } from '../../linux/index.ts';
import { Statistics } from '../layouts.ts';
import { countersSince, entryWords, wordsPerEntry, type CounterWords } from './counter-words.ts';
import type { MapStore } from './map-store.ts';
import { Record } from './record.ts';
import type { Registry, ServerEntry, ServiceEntry } from './registry.ts';

type Totals = Infer<typeof Statistics>;
const fields = ['connections', 'inPackets', 'outPackets', 'inBytes', 'outBytes'] as const;

/** Counts of one service and its configured real servers. Rates are the daemon's to estimate: zero here. */
export interface ServiceStatus {
  readonly key: ServiceKey;
  readonly status: RealServerStatus;
  readonly realServers: readonly {
    readonly key: RealServerKey;
    readonly status: RealServerStatus;
  }[];
}

/** The statistics tables: what programs count on each CPU, and the zero points of `-Z`. */
export interface StatisticsTables {
  readonly statistics: BpfMap;
  readonly serverBaselines: BpfMap;
  readonly serviceBaselines: BpfMap;
}

export const statisticsTables = (store: MapStore): StatisticsTables => ({
  statistics: store.open('statistics'),
  serverBaselines: store.open('serverBaselines'),
  serviceBaselines: store.open('serviceBaselines'),
});

export function readStatus(tables: StatisticsTables, registry: Registry): ServiceStatus[] {
  const totals = readTotals(tables, registry);
  return [...registry.services.values()]
    .filter(({ record }) => record.u32('live') !== 0)
    .map((service) => serviceStatus(tables, service, totals));
}

/** Active and inactive connections of all real servers that are configured. */
export function countConnections({ servers }: Registry): number {
  let count = 0;
  for (const { deletedAtMs, record } of servers.values()) {
    if (deletedAtMs === undefined) count += record.u32('active') + record.u32('inactive');
  }
  return count;
}

const placeOf = ({ slot }: ServerEntry): number => slot * wordsPerEntry;

function serviceStatus(
  { serverBaselines, serviceBaselines }: StatisticsTables,
  service: ServiceEntry,
  totals: CounterWords,
): ServiceStatus {
  const all = [...service.servers];
  const zero = entryWords(serviceBaselines, service.index);
  return {
    key: service.key,
    status: {
      activeConnections: 0,
      inactiveConnections: 0,
      persistentConnections: 0,
      counters: countersSince(totals, all.map(placeOf), zero),
      rates: noCounters,
    },
    realServers: all
      .filter(({ deletedAtMs }) => deletedAtMs === undefined)
      .map((server) => {
        const own = entryWords(serverBaselines, server.slot);
        return {
          key: server.key,
          status: {
            activeConnections: server.record.u32('active'),
            inactiveConnections: server.record.u32('inactive'),
            persistentConnections: server.record.u32('persistent'),
            counters: countersSince(totals, [placeOf(server)], own),
            rates: noCounters,
          },
        };
      }),
  };
}

/** Makes the present counts the zero point, of one service and its real servers or of all. */
export function zeroStatistics(
  tables: StatisticsTables,
  registry: Registry,
  only?: ServiceEntry,
): void {
  for (const service of only === undefined ? registry.services.values() : [only]) {
    let sum = zero;
    for (const server of service.servers) {
      const totals = totalsOf(tables, server.slot);
      sum = add(sum, totals);
      writeBaseline(tables.serverBaselines, server.slot, totals);
    }
    writeBaseline(tables.serviceBaselines, service.index, sum);
  }
}

/**
 * Goes on from the counts of other tables, whose zero points the new ones have already: their totals become part of
 * those.
 */
export function carryStatistics(
  from: StatisticsTables,
  to: StatisticsTables,
  registry: Registry,
): void {
  const ofService = new Map<number, Totals>();
  const counted = readTotals(from, registry);
  for (const { slot, service } of registry.servers.values()) {
    if (isZero(counted, slot)) continue;
    const totals = totalsOf(from, slot);
    ofService.set(service, add(ofService.get(service) ?? zero, totals));
    writeBaseline(to.serverBaselines, slot, subtract(baseline(from.serverBaselines, slot), totals));
  }
  for (const [index, totals] of ofService) {
    const before = baseline(from.serviceBaselines, index);
    writeBaseline(to.serviceBaselines, index, subtract(before, totals));
  }
}

/** Before a slot is freed: its counts stay with its service, and its next owner begins at zero. */
export function forgetServer(tables: StatisticsTables, server: ServerEntry): void {
  const totals = totalsOf(tables, server.slot);
  const before = baseline(tables.serviceBaselines, server.service);
  writeBaseline(tables.serviceBaselines, server.service, subtract(before, totals));
  tables.statistics.set({ index: server.slot }, zero);
  writeBaseline(tables.serverBaselines, server.slot, zero);
}

const zero: Totals = {
  connections: 0n,
  inPackets: 0n,
  inBytes: 0n,
  outPackets: 0n,
  outBytes: 0n,
};
const noCounters: Counters = {
  connections: 0,
  inPackets: 0,
  outPackets: 0,
  inBytes: 0,
  outBytes: 0,
};

/** The totals of all slots behind each other. In the kernel one call reads all of them. */
export function readTotals(tables: StatisticsTables, registry: Registry): CounterWords {
  const { statistics } = tables;
  const { capacity } = statistics.definition;
  const servers = [...registry.servers.values()].filter(({ slot }) => slot < capacity);
  const count = servers.reduce((most, { slot }) => Math.max(most, slot), 0) + 1;
  if (statistics instanceof KernelMap && servers.length > 0) {
    return new Uint32Array(readCounters(statistics, count).buffer);
  }
  const words = new Uint32Array(count * wordsPerEntry);
  for (const { slot } of servers) {
    const entry = new DataView(words.buffer, slot * Statistics.sizeBytes, Statistics.sizeBytes);
    const totals = totalsOf(tables, slot);
    for (const field of fields) entry.setBigUint64(Statistics.offsetOf(field), totals[field], true);
  }
  return words;
}

/** Whether a slot has counted nothing, or is not among those that were read. */
function isZero(totals: CounterWords, slot: number): boolean {
  const at = slot * wordsPerEntry;
  return totals.subarray(at, at + wordsPerEntry).every((word) => word === 0);
}

function totalsOf(tables: StatisticsTables, slot: number): Totals {
  const perCpu = tables.statistics.getPerCpu({ index: slot }) as unknown as Totals[];
  return perCpu.reduce(add, zero);
}

function combine(a: Totals, b: Totals, how: (x: bigint, y: bigint) => bigint): Totals {
  return {
    connections: how(a.connections, b.connections),
    inPackets: how(a.inPackets, b.inPackets),
    inBytes: how(a.inBytes, b.inBytes),
    outPackets: how(a.outPackets, b.outPackets),
    outBytes: how(a.outBytes, b.outBytes),
  };
}
const add = (a: Totals, b: Totals): Totals => combine(a, b, (x, y) => x + y);
/** Baselines may be negative: freed servers count into the past. */
const subtract = (a: Totals, b: Totals): Totals =>
  combine(a, b, (x, y) => BigInt.asUintN(64, x - y));

function baseline(table: BpfMap, index: number): Totals {
  const record = new Record(Statistics, table.view(index));
  return {
    connections: record.u64('connections'),
    inPackets: record.u64('inPackets'),
    inBytes: record.u64('inBytes'),
    outPackets: record.u64('outPackets'),
    outBytes: record.u64('outBytes'),
  };
}

function writeBaseline(table: BpfMap, index: number, totals: Totals): void {
  const record = new Record(Statistics, table.view(index));
  for (const field of fields) record.setU64(field, totals[field]);
}
