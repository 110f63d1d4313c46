import type { BpfMap } from '@evs/ebpf';
import {
  keyText,
  serviceFamily,
  type RealServerKey,
  type ServiceKey,
  type VirtualService,
} from '../../director/index.ts';
import { addressBytes, formatIpAddress, IpProtocol, type IpAddress } from '../../packet/index.ts';
import type { AddressFamily } from '../../director/model.ts';
import { nameOf, variantOfWord } from '../tunnel-variants.ts';
import { AddressFilter } from './address-filter.ts';
import { RealServerFlag, RealServerSlot, ServiceSlot } from '../layouts.ts';
import { Places } from './places.ts';
import { Record } from './record.ts';
import { TableFullError } from './table-full-error.ts';
import { TraitCounts, traitsOfKey, type Traits } from './traits.ts';

export type ServiceRecord = Record<typeof ServiceSlot>;
export type ServerRecord = Record<typeof RealServerSlot>;

/** A service's slot, in use or kept for the connections of its deleted real servers. */
export interface ServiceEntry {
  readonly index: number;
  readonly key: ServiceKey;
  record: ServiceRecord;
  /** Those of its real servers that have a slot, deleted ones included. */
  readonly servers: Set<ServerEntry>;
  /** What the tables say of it. */
  published?: VirtualService | undefined;
}
/** A real server's slot. */
export interface ServerEntry {
  readonly slot: number;
  readonly service: number;
  readonly key: RealServerKey;
  record: ServerRecord;
  /** What the slot asks of the programs. */
  traits: SlotTraits;
  /** When it was deleted, in milliseconds of a monotonic clock; undefined while it is configured. */
  deletedAtMs: number | undefined;
}

type SlotTraits = Pick<Traits, 'methods' | 'tunnels'>;

const serverText = (service: number, key: RealServerKey): string =>
  `${service} ${key.address} ${key.port}`;

/**
 * Which slot of the tables stands for which service and real server. The tables themselves say so: a daemon
 * that takes over reads them.
 */
export class Registry {
  readonly services = new Map<string, ServiceEntry>();
  readonly servers = new Map<string, ServerEntry>();
  /** What all slots ask of the programs. */
  readonly traits = new TraitCounts();
  /** Addresses of all slots that programs must look at. */
  readonly filter = new AddressFilter();
  /** What this process has written to the tables, and where: it need not be written again. */
  readonly #published = new Map<VirtualService, ServiceEntry>();
  /** The same in the order of the configuration; undefined while something is being written. */
  #settled: readonly VirtualService[] | undefined;
  /** Entries of which the tables may say something else than any configuration: adopted, or half written. */
  readonly unsettled = new Set<ServiceEntry>();
  /** A slot has been freed since all addresses that are not in use were taken out of the filter. */
  filterIsStale = true;
  #serviceTable: BpfMap;
  #serverTable: BpfMap;
  readonly #byIndex = new Map<number, ServiceEntry>();
  readonly #bySlot = new Map<number, ServerEntry>();
  readonly #byAddress = new Map<IpAddress, Set<ServerEntry>>();
  readonly #servicePlaces: Places;
  readonly #serverPlaces: Places;

  constructor(serviceTable: BpfMap, serverTable: BpfMap, nowMs: number) {
    this.#serviceTable = serviceTable;
    this.#serverTable = serverTable;
    this.#servicePlaces = new Places(serviceTable.definition.capacity);
    this.#serverPlaces = new Places(serverTable.definition.capacity);
    this.#adoptServices();
    this.#adoptServers(nowMs);
  }

  #adoptServices(): void {
    for (let index = 1; index < this.#serviceTable.definition.capacity; index++) {
      const record = this.serviceRecord(index);
      const key = readServiceKey(record);
      if (key === undefined) continue;
      this.#servicePlaces.take(index);
      const entry: ServiceEntry = { index, key, record, servers: new Set() };
      this.#enterService(entry);
      this.unsettled.add(entry);
    }
  }

  #adoptServers(nowMs: number): void {
    for (let slot = 1; slot < this.#serverTable.definition.capacity; slot++) {
      const record = this.serverRecord(slot);
      const flags = serverFlags(record);
      if ((flags & RealServerFlag.allocated) === 0) continue;
      const service = record.u32('service');
      const key = readServerKey(record, flags);
      const deletedAtMs = (flags & RealServerFlag.available) === 0 ? nowMs : undefined;
      this.#serverPlaces.take(slot);
      this.#enterServer({ slot, service, key, record, traits: noTraits, deletedAtMs });
    }
  }

  #enterService(entry: ServiceEntry): void {
    this.services.set(keyText(entry.key), entry);
    this.#byIndex.set(entry.index, entry);
    this.traits.add(traitsOfKey(entry.key));
    if (entry.key.kind === 'address') this.filter.claim(entry.key.address);
  }
  #enterServer(entry: ServerEntry): void {
    this.servers.set(serverText(entry.service, entry.key), entry);
    this.#bySlot.set(entry.slot, entry);
    this.#byIndex.get(entry.service)?.servers.add(entry);
    const sharing = this.#byAddress.get(entry.key.address) ?? new Set();
    sharing.add(entry);
    this.#byAddress.set(entry.key.address, sharing);
    this.recount(entry);
  }

  /** To be called when the method or the tunnel in a slot has changed. */
  recount(entry: ServerEntry): void {
    const key = this.#byIndex.get(entry.service)?.key;
    this.#count(entry, slotTraits(entry.record, key === undefined ? 'ipv4' : serviceFamily(key)));
  }
  #count(entry: ServerEntry, traits: SlotTraits): void {
    if (traits === entry.traits) return;
    const [was, is] = [entry.traits, traits].map(isMasqueraded);
    this.traits.remove(entry.traits);
    this.traits.add(traits);
    entry.traits = traits;
    if (is && !was) this.filter.claim(entry.key.address);
    if (was && !is) this.filter.release(entry.key.address);
  }

  /** The service that has a slot. */
  serviceAt(index: number): ServiceEntry | undefined {
    return this.#byIndex.get(index);
  }

  /** Real servers at an address, of all services. */
  serversAt(address: IpAddress): Iterable<ServerEntry> {
    return this.#byAddress.get(address) ?? [];
  }

  /** The services that the tables have as they are here. */
  get settled(): readonly VirtualService[] {
    return this.#settled ?? [...this.#published.keys()];
  }

  /** A service is about to be changed or taken out of the tables. */
  unpublish(service: VirtualService): void {
    const entry = this.#published.get(service);
    if (entry !== undefined) this.unsettle(entry);
  }

  /** An entry is about to be changed. */
  unsettle(entry: ServiceEntry): void {
    if (entry.published !== undefined) this.#published.delete(entry.published);
    entry.published = undefined;
    this.unsettled.add(entry);
    this.#settled = undefined;
  }

  /** The tables say of these entries what their services want, so that they have all of a configuration. */
  settle(
    entries: ReadonlyMap<ServiceEntry, VirtualService>,
    services: readonly VirtualService[],
  ): void {
    for (const [entry, service] of entries) {
      entry.published = service;
      this.#published.set(service, entry);
    }
    this.unsettled.clear();
    this.#settled = services;
  }

  /** Goes on in larger tables, which have the same entries. */
  move(serviceTable: BpfMap, serverTable: BpfMap): void {
    this.#serviceTable = serviceTable;
    this.#serverTable = serverTable;
    this.#servicePlaces.grow(serviceTable.definition.capacity);
    this.#serverPlaces.grow(serverTable.definition.capacity);
    for (const entry of this.services.values()) entry.record = this.serviceRecord(entry.index);
    for (const entry of this.servers.values()) {
      entry.record = new Record(RealServerSlot, serverTable.view(entry.slot));
    }
  }

  serviceRecord(index: number): ServiceRecord {
    return new Record(ServiceSlot, this.#serviceTable.view(index));
  }
  serverRecord(slot: number): ServerRecord {
    const known = this.#bySlot.get(slot)?.record;
    return known ?? new Record(RealServerSlot, this.#serverTable.view(slot));
  }

  findService(key: ServiceKey): ServiceEntry | undefined {
    return this.services.get(keyText(key));
  }
  findServer(service: number, key: RealServerKey): ServerEntry | undefined {
    return this.servers.get(serverText(service, key));
  }

  /** Takes a free slot for a service and writes its identity. Throws TableFullError. */
  addService(key: ServiceKey): ServiceEntry {
    const index = this.#servicePlaces.first();
    if (index === undefined) throw new TableFullError('services');
    const record = this.serviceRecord(index);
    record.clear();
    if (key.kind === 'mark') record.setU32('mark', key.mark);
    else {
      record.setBytes('address', padded(key.address));
      record.setBytes('port', Uint8Array.of(key.port >> 8, key.port & 255));
      record.setBytes('protocol', Uint8Array.of(IpProtocol[key.protocol]));
    }
    record.setBytes('family', Uint8Array.of(serviceFamily(key) === 'ipv4' ? 4 : 6));
    const entry: ServiceEntry = { index, key, record, servers: new Set() };
    this.#servicePlaces.take(index);
    this.#enterService(entry);
    return entry;
  }

  /** Takes a free slot for a real server and writes its identity. Throws TableFullError. */
  addServer(service: number, key: RealServerKey): ServerEntry {
    const slot = this.#serverPlaces.first();
    if (slot === undefined) throw new TableFullError('realServers');
    const record = this.serverRecord(slot);
    record.clear();
    record.setBytes('address', padded(key.address));
    record.setU32('service', service);
    record.setBytes('port', Uint8Array.of(key.port >> 8, key.port & 255));
    const entry = { slot, service, key, record, traits: noTraits, deletedAtMs: undefined };
    this.#serverPlaces.take(slot);
    this.#enterServer(entry);
    return entry;
  }

  freeService(entry: ServiceEntry): void {
    entry.record.clear();
    this.#servicePlaces.free(entry.index);
    this.services.delete(keyText(entry.key));
    this.#byIndex.delete(entry.index);
    this.traits.remove(traitsOfKey(entry.key));
    if (entry.key.kind === 'address') this.filter.release(entry.key.address);
    this.filterIsStale = true;
  }
  freeServer(entry: ServerEntry): void {
    entry.record.clear();
    this.#count(entry, noTraits);
    this.#serverPlaces.free(entry.slot);
    this.#bySlot.delete(entry.slot);
    this.servers.delete(serverText(entry.service, entry.key));
    this.#byIndex.get(entry.service)?.servers.delete(entry);
    const sharing = this.#byAddress.get(entry.key.address);
    sharing?.delete(entry);
    if (sharing?.size === 0) this.#byAddress.delete(entry.key.address);
    this.filterIsStale = true;
  }
}

const noTraits: SlotTraits = { methods: [], tunnels: [] };
const isMasqueraded = ({ methods }: SlotTraits): boolean => methods.includes('masquerading');

/** A real server that was edited keeps the flags of its former methods: its connections do. */
function slotTraits(record: ServerRecord, family: AddressFamily): SlotTraits {
  const methods = serverFlags(record) & anyMethod;
  const isTunneled = (methods & RealServerFlag.tunneling) !== 0;
  const tunnel = isTunneled ? record.u32('tunnel') : 0;
  const name = `${family} ${methods} ${tunnel}`;
  const known = knownTraits.get(name);
  if (known !== undefined) return known;
  const traits = {
    methods: methodNames.filter((method) => (methods & RealServerFlag[method]) !== 0),
    tunnels: isTunneled ? [nameOf(variantOfWord(family, tunnel))] : [],
  };
  knownTraits.set(name, traits);
  return traits;
}
/** There are few: thousands of slots share them. */
const knownTraits = new Map<string, SlotTraits>();
const methodNames = ['masquerading', 'gatewaying', 'tunneling'] as const;
const anyMethod = methodNames.reduce((flags, method) => flags | RealServerFlag[method], 0);

const padded = (address: IpAddress): Uint8Array => {
  const bytes = new Uint8Array(16);
  bytes.set(addressBytes(address));
  return bytes;
};

/** They share a word with the port. */
export const serverFlags = (record: ServerRecord): number => record.u32('flags') & 0xffff;

const protocols = ['tcp', 'udp', 'sctp'] as const;

function readServiceKey(record: ServiceRecord): ServiceKey | undefined {
  const family = record.bytes('family', 1)[0];
  if (family !== 4 && family !== 6) return undefined;
  const mark = record.u32('mark');
  if (mark !== 0) return { kind: 'mark', mark, family: family === 4 ? 'ipv4' : 'ipv6' };
  const [high = 0, low = 0] = record.bytes('port', 2);
  const number = record.bytes('protocol', 1)[0];
  const protocol = protocols.find((name) => IpProtocol[name] === number) ?? 'tcp';
  return {
    kind: 'address',
    protocol,
    address: formatIpAddress(record.bytes('address', family === 4 ? 4 : 16)),
    port: (high << 8) | low,
  };
}

function readServerKey(record: ServerRecord, flags: number): RealServerKey {
  const [high = 0, low = 0] = record.bytes('port', 2);
  const size = (flags & RealServerFlag.ipv6) === 0 ? 4 : 16;
  return { address: formatIpAddress(record.bytes('address', size)), port: (high << 8) | low };
}
