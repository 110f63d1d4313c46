import type { BpfMap } from '@evs/ebpf';
import type {
  AddressFamily,
  DirectorState,
  RealServer,
  ServiceKey,
  VirtualService,
} from '../../director/model.ts';
import { comeIn, goneIn, serviceChanges, serviceFamily } from '../../director/index.ts';
import { addressBytes, familyOf, IpProtocol } from '../../packet/index.ts';
import { Method, RealServerFlag, SchedulerCode, ServiceFlag } from '../layouts.ts';
import { tunnelWord } from '../tunnel-variants.ts';
import { methodFlag, readChain, relink } from './chain.ts';
import { lookupTableName, lookupTableOf, writeLookupTable } from './lookup-table.ts';
import {
  serverFlags,
  type Registry,
  type ServerEntry,
  type ServerRecord,
  type ServiceEntry,
} from './registry.ts';
import { filterWords } from './filter-words.ts';
import { writeMatchRules } from './write-match-rules.ts';
import { writePersistence } from './write-persistence.ts';
import { addToSet, union, writeSet } from './write-set.ts';

/** The tables that a configuration is written to. */
export interface ControlTables {
  readonly services: (family: AddressFamily) => BpfMap;
  readonly markServices: () => BpfMap;
  readonly matchRules: () => BpfMap;
  readonly settings: BpfMap;
  readonly lookupTable: (name: 'buckets' | 'maglev') => BpfMap;
  readonly filter: BpfMap;
  /** What times in the tables are counted in. */
  readonly ticksPerSecond: number;
}

/**
 * Makes the tables equal to a configuration. Every step leaves them consistent for packets that come
 * meanwhile, and doing it all again changes nothing: a daemon that died half-way just repeats it. Services that
 * this process has written before are left alone. Returns the real servers that were written.
 */
export function publishTables(
  tables: ControlTables,
  registry: Registry,
  state: DirectorState,
  nowMs: number,
  startCounting: (service: ServiceEntry) => void,
): ReadonlySet<ServerEntry> {
  const changes = serviceChanges(registry.settled, state.services);
  for (const service of goneIn(changes)) registry.unpublish(service);
  const entries = new Map(comeIn(changes).map((service) => [entryOf(registry, service), service]));
  for (const entry of entries.keys()) registry.unsettle(entry);
  const rules = state.markRules ?? [];
  addToSet(tables.filter, filterWords([...entries.values()], rules));
  const written = new Set<ServerEntry>();
  for (const [entry, service] of entries) {
    for (const server of publishService(tables, registry, entry, service, startCounting)) {
      written.add(server);
    }
  }
  writeMatchRules(tables, rules);
  for (const entry of registry.unsettled) {
    if (!entries.has(entry)) retireService(tables, entry);
    for (const server of entry.servers) if (!written.has(server)) retireServer(server, nowMs);
  }
  registry.settle(entries, state.services);
  if (registry.filterIsStale) {
    writeSet(tables.filter, union(registry.filter.words, filterWords([], rules)));
  }
  registry.filterIsStale = false;
  return written;
}

const entryOf = (registry: Registry, { key }: VirtualService): ServiceEntry =>
  registry.findService(key) ?? registry.addService(key);

/** Returns the entries of its real servers. */
function publishService(
  tables: ControlTables,
  registry: Registry,
  entry: ServiceEntry,
  wanted: VirtualService,
  startCounting: (service: ServiceEntry) => void,
): ServerEntry[] {
  const before = new Map(
    readChain(registry, entry).map((slot) => [slot, settingsOf(registry.serverRecord(slot))]),
  );
  const isNew = entry.record.u32('live') === 0;
  // A new service counts from zero, even if it finds deleted real servers of an earlier one.
  if (isNew) startCounting(entry);
  const servers = wanted.realServers.map((server) => {
    const found =
      registry.findServer(entry.index, server) ?? registry.addServer(entry.index, server);
    writeServer(found, server, !before.has(found.slot));
    registry.recount(found);
    return found;
  });
  prepareScheduling(tables, registry, entry, wanted, servers);
  const edited = new Set(
    servers
      .filter(({ slot, record }) => before.has(slot) && before.get(slot) !== settingsOf(record))
      .map(({ slot }) => slot),
  );
  relink(registry, entry, wanted, servers, edited);
  entry.record.setU32('live', 1);
  enterService(tables, entry, isNew);
  return servers;
}

/** Everything of the service that must be there before packets find its real servers. */
function prepareScheduling(
  tables: ControlTables,
  registry: Registry,
  entry: ServiceEntry,
  wanted: VirtualService,
  servers: readonly ServerEntry[],
): void {
  const { record } = entry;
  const { scheduler, persistence } = wanted;
  if (persistence !== undefined) {
    writePersistence(record, serviceFamily(wanted.key), persistence, tables.ticksPerSecond);
  }
  record.setU32('flags', flagsOf(wanted));
  const table = lookupTableName(scheduler);
  if (table === undefined) return;
  // Between two tables of different shape it refuses: it must not read one as if it were the other.
  if (record.u32('scheduler') !== SchedulerCode[scheduler]) record.setU32('scheduler', 0);
  writeLookupTable(tables.lookupTable(table), registry, entry, lookupTableOf(wanted, servers));
}

const flagsOf = ({ schedulerFlags, persistence, onePacket }: VirtualService): number =>
  schedulerFlags |
  (persistence === undefined ? 0 : ServiceFlag.persistent) |
  (persistence?.engine === 'sip' ? ServiceFlag.sip : 0) |
  (onePacket ? ServiceFlag.onePacket : 0);

/** What an edit of a real server changes, to tell whether there was one. */
const settingsOf = (record: ServerRecord): string =>
  (['method', 'weight', 'upperThreshold', 'lowerThreshold', 'edits'] as const)
    .map((field) => record.u32(field))
    .join(' ');

/** Everything but the links and the next hop, which the neighbour watch fills in. */
function writeServer(entry: ServerEntry, server: RealServer, isNew: boolean): void {
  const { record } = entry;
  record.setU32('method', Method[server.method]);
  record.setU32('tunnel', tunnelWord(server));
  record.setU32('weight', server.weight);
  if (isNew || server.weight !== 0) record.setU32('lastWeight', server.weight);
  record.setU32('edits', server.edits ?? 0);
  record.setU32('upperThreshold', server.upperThreshold);
  record.setU32('lowerThreshold', effectiveLowerThreshold(server));
  writeOverload(entry, server);
  entry.deletedAtMs = undefined;
  const family = familyOf(server.address) === 'ipv6' ? RealServerFlag.ipv6 : 0;
  setFlags(
    entry,
    serverFlags(record) |
      RealServerFlag.allocated |
      RealServerFlag.available |
      family |
      methodFlag(server.method),
  );
}

/** ip_vs takes three quarters of the upper threshold, rounded up, if no lower one is given. */
const effectiveLowerThreshold = (server: RealServer): number =>
  server.lowerThreshold === 0
    ? server.upperThreshold - Math.floor(server.upperThreshold / 4)
    : server.lowerThreshold;

/** A change of thresholds sets or clears the overload flag at once; between the two it stays. */
function writeOverload({ record }: ServerEntry, server: RealServer): void {
  const total = record.u32('active') + record.u32('inactive');
  const { upperThreshold } = server;
  if (upperThreshold !== 0 && total >= upperThreshold) record.setU32('overloaded', 1);
  else if (upperThreshold === 0 || total < effectiveLowerThreshold(server)) {
    record.setU32('overloaded', 0);
  }
}

/** The flags share a word with the end of a MAC address and the port, which stay. */
function setFlags({ record }: ServerEntry, flags: number): void {
  const bytes = record.bytes('destinationMac', 16);
  bytes[12] = flags & 255;
  bytes[13] = flags >> 8;
  record.replace(8, bytes.slice(8));
}

/** Lets packets find the service. That a daemon died before it did so last time, only the table says. */
function enterService(tables: ControlTables, { key, index }: ServiceEntry, isNew: boolean): void {
  const { map, place } = placeOf(tables, key);
  const present = isNew ? undefined : (map.get(place) as { index: number } | undefined);
  if (present?.index !== index) map.set(place, { index });
}

/** Where packets look for a service. */
function placeOf(tables: ControlTables, key: ServiceKey): { map: BpfMap; place: never } {
  const family = serviceFamily(key);
  if (key.kind === 'mark') {
    const place = { mark: key.mark, family: family === 'ipv4' ? 4 : 6 };
    return { map: tables.markServices(), place: place as never };
  }
  const bytes = addressBytes(key.address);
  const address =
    bytes.length === 4 ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) : bytes;
  const place = { address, port: key.port, protocol: IpProtocol[key.protocol] };
  return { map: tables.services(family), place: place as never };
}

/** A deleted service: its connections stay, and find that their real servers are gone. */
function retireService(tables: ControlTables, entry: ServiceEntry): void {
  if (entry.record.u32('live') !== 0) {
    const { map, place } = placeOf(tables, entry.key);
    map.delete(place);
  }
  entry.record.setU32('live', 0);
  entry.record.setU32('head', 0);
  entry.record.setU32('count', 0);
  entry.record.setU64('cursor', 0n);
  entry.record.setU32('scheduler', 0);
}

/** A deleted real server: no packet is sent to it any more. */
function retireServer(server: ServerEntry, nowMs: number): void {
  server.deletedAtMs ??= nowMs;
  setFlags(server, serverFlags(server.record) & ~RealServerFlag.available);
}

function isTrash({ record, deletedAtMs }: ServerEntry, nowMs: number): boolean {
  if (deletedAtMs === undefined || nowMs - deletedAtMs < trashMs) return false;
  return record.u32('active') + record.u32('inactive') + record.u32('persistent') === 0;
}

/** How long a deleted real server is remembered at least, as in ip_vs. */
const trashMs = 60_000;

/**
 * Frees the slots of deleted real servers that no connection refers to any more, and their services'. Those that a
 * scheduler's cache remembers stay; it is asked only if there is something to free.
 */
export function collectTrash(
  registry: Registry,
  nowMs: number,
  cached: () => ReadonlySet<number>,
  beforeFree: (server: ServerEntry) => void,
): void {
  const trash = [...registry.servers.values()].filter((server) => isTrash(server, nowMs));
  const remembered = trash.length > 0 ? cached() : undefined;
  for (const server of trash) {
    if (remembered?.has(server.slot) === true) continue;
    beforeFree(server);
    registry.freeServer(server);
  }
  for (const service of registry.services.values()) {
    if (service.servers.size > 0 || service.record.u32('live') !== 0) continue;
    registry.freeService(service);
  }
}
