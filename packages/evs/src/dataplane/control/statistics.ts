import type { BpfMap, Infer } from '@evs/ebpf';
import type {
  Counters,
  RealServerKey,
  RealServerStatus,
  ServiceKey,
} from '../../director/model.ts';
import { KernelMap, readCounters } from '../../linux/index.ts';
import { Statistics } from '../layouts.ts';
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

export function readStatus(tables: StatisticsTables, registry: Registry): ServiceStatus[] {
  const totals = allTotals(tables, registry);
  return [...registry.services.values()]
    .filter(({ record }) => record.u32('live') !== 0)
    .map((service) => serviceStatus(tables, service, totals));
}

function serviceStatus(
  tables: StatisticsTables,
  service: ServiceEntry,
  totals: ReadonlyMap<ServerEntry, Totals>,
): ServiceStatus {
  const all = [...service.servers];
  const sum = all.reduce((total, server) => add(total, totals.get(server) ?? zero), zero);
  const realServers = all
    .filter(({ deletedAtMs }) => deletedAtMs === undefined)
    .map((server) => ({
      key: server.key,
      status: {
        activeConnections: server.record.u32('active'),
        inactiveConnections: server.record.u32('inactive'),
        persistentConnections: server.record.u32('persistent'),
        counters: since(totals.get(server) ?? zero, baseline(tables.serverBaselines, server.slot)),
        rates: noCounters,
      },
    }));
  return {
    key: service.key,
    status: {
      activeConnections: 0,
      inactiveConnections: 0,
      persistentConnections: 0,
      counters: since(sum, baseline(tables.serviceBaselines, service.index)),
      rates: noCounters,
    },
    realServers,
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
      const totals = readTotals(tables, server.slot);
      sum = add(sum, totals);
      writeBaseline(tables.serverBaselines, server.slot, totals);
    }
    writeBaseline(tables.serviceBaselines, service.index, sum);
  }
}

/** Goes on from the counts of other tables: their totals become part of the zero points. */
export function carryStatistics(
  from: StatisticsTables,
  to: StatisticsTables,
  registry: Registry,
): void {
  const ofService = new Map<number, Totals>();
  for (const { slot, service } of registry.servers.values()) {
    if (slot >= from.statistics.definition.capacity) continue;
    const totals = readTotals(from, slot);
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
  const totals = readTotals(tables, server.slot);
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

/** In the kernel one call reads all of them. */
function allTotals(tables: StatisticsTables, registry: Registry): Map<ServerEntry, Totals> {
  const servers = [...registry.servers.values()];
  const { statistics } = tables;
  if (!(statistics instanceof KernelMap) || servers.length === 0) {
    return new Map(servers.map((server) => [server, readTotals(tables, server.slot)]));
  }
  const count = servers.reduce((most, { slot }) => Math.max(most, slot), 0) + 1;
  const counters = readCounters(statistics, count);
  return new Map(servers.map((server) => [server, totalsAt(counters, server.slot)]));
}

const words = Statistics.sizeBytes / 8;
const places = Object.fromEntries(
  fields.map((field) => [field, Statistics.offsetOf(field) / 8]),
) as { readonly [field in (typeof fields)[number]]: number };

function totalsAt(counters: BigUint64Array, slot: number): Totals {
  const at = (field: (typeof fields)[number]): bigint =>
    counters[slot * words + places[field]] ?? 0n;
  return {
    connections: at('connections'),
    inPackets: at('inPackets'),
    inBytes: at('inBytes'),
    outPackets: at('outPackets'),
    outBytes: at('outBytes'),
  };
}

function readTotals(tables: StatisticsTables, slot: number): Totals {
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

function since(totals: Totals, start: Totals): Counters {
  const difference = subtract(totals, start);
  const [connections, inPackets, outPackets, inBytes, outBytes] = fields.map((field) =>
    Number(difference[field]),
  ) as [number, number, number, number, number];
  return { connections, inPackets, outPackets, inBytes, outBytes };
}

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
