import { arrayMap, type BpfMap } from '@evs/ebpf';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { createMap, openPinnedMap, type KernelMap } from '../../linux/index.ts';
import { RealServerSlot } from '../layouts.ts';
import { defineMaps, growingTables, type Capacities } from '../maps.ts';
import { MapStore } from './map-store.ts';
import type { Registry } from './registry.ts';
import { carryStatistics, type StatisticsTables } from './statistics.ts';
import {
  pinnedCapacities,
  retirePresentTables,
  snapshotPin,
  tableDirectory,
} from './table-directories.ts';

/** Long enough for every packet that is on its way through a program. */
const packetMs = 2;

/**
 * Larger tables in the place of those that are full, while packets are balanced. First they are made, and
 * programs for them loaded; then they are filled, which from then on makes them the ones that count; then the
 * programs on devices are exchanged; in the end, what the old programs counted meanwhile is added. A process
 * that dies leaves either the old tables, or both and a snapshot that says what is to be added yet.
 */
export class Growth {
  /** The tables to go on with. */
  readonly store: MapStore;
  readonly #old: MapStore;
  #snapshot: KernelMap | undefined;

  private constructor(old: MapStore, store: MapStore) {
    this.#old = old;
    this.store = store;
  }

  /** Makes tables of other capacities, empty. Connections are the same ones. */
  static begin(old: MapStore, capacities: Capacities): Growth {
    const { directory } = old;
    if (directory !== undefined) mkdirSync(`${directory}/${tableDirectory.next}`);
    const growth = new Growth(
      old,
      new MapStore(defineMaps(capacities), directory, tableDirectory.next),
    );
    try {
      for (const name of growingTables) if (old.exists(name)) growth.store.open(name);
    } catch (error) {
      growth.abandon();
      throw error;
    }
    growth.store.inherit(old);
    return growth;
  }

  /** Goes on where a process died that had filled the new tables. */
  static resume(directory: string, capacities: Capacities): Growth {
    const [old, grown] = [tableDirectory.present, tableDirectory.grown].map((name) => {
      const pinned = pinnedCapacities(`${directory}/${name}`);
      return new MapStore(defineMaps({ ...capacities, ...pinned }), directory, name);
    }) as [MapStore, MapStore];
    const growth = new Growth(old, grown);
    growth.#snapshot = openPinnedMap(snapshotPin(directory), snapshotOf(old));
    return growth;
  }

  /** Gives up before `fill`: all is as before. */
  abandon(): void {
    const { directory } = this.#old;
    this.#old.inherit(this.store);
    this.store[Symbol.dispose]();
    if (directory !== undefined) {
      rmSync(`${directory}/${tableDirectory.next}`, { recursive: true, force: true });
    }
  }

  /** Copies everything but statistics, which start anew. */
  fill(): void {
    const { directory } = this.#old;
    const pin =
      directory === undefined ? {} : { pin: `${directory}/${tableDirectory.next}/snapshot` };
    this.#snapshot = createMap(snapshotOf(this.#old), pin);
    copyMemory(this.#old.open('realServers'), this.#snapshot);
    copyMemory(this.#snapshot, this.store.open('realServers'));
    for (const name of copiedArrays) {
      if (this.#old.exists(name)) copyMemory(this.#old.open(name), this.store.open(name));
    }
    for (const name of ['services4', 'services6'] as const) {
      if (this.#old.exists(name)) copyEntries(this.#old.open(name), this.store.open(name));
    }
    if (directory === undefined) return;
    renameSync(`${directory}/${tableDirectory.next}`, `${directory}/${tableDirectory.grown}`);
    this.store.moved(tableDirectory.grown);
  }

  /** To be called when no device has a program of the old tables any more, with the registry of the new. */
  finish(registry: Registry): void {
    pauseMs(packetMs);
    this.#settleCounts();
    if (this.#old.exists('statistics')) {
      carryStatistics(statisticsOf(this.#old), statisticsOf(this.store), registry);
    }
    const { directory } = this.#old;
    if (directory !== undefined) {
      retirePresentTables(directory);
      this.store.moved(tableDirectory.present);
    }
    this.#snapshot?.[Symbol.dispose]();
    this.#old[Symbol.dispose]();
  }

  /** Connections that old programs began and ended since the tables were filled. */
  #settleCounts(): void {
    if (this.#snapshot === undefined) return;
    const [now, before, total] = [
      this.#old.open('realServers'),
      this.#snapshot,
      this.store.open('realServers'),
    ].map((map) => new Uint32Array(map.view(0).buffer)) as [Uint32Array, Uint32Array, Uint32Array];
    const words = RealServerSlot.sizeBytes / 4;
    for (let slot = 1; slot < this.#old.definitions.realServers.capacity; slot += 1) {
      for (const field of countOffsets) {
        const at = slot * words + field;
        const count = Atomics.load(now, at);
        const difference = count - Atomics.load(before, at);
        if (difference === 0) continue;
        Atomics.store(before, at, count);
        Atomics.add(total, at, difference);
      }
    }
  }
}

const copiedArrays = [
  'services',
  'buckets',
  'maglev',
  'serverBaselines',
  'serviceBaselines',
] as const;

/** Words of a real server's slot that programs add to. */
const countOffsets = (['active', 'inactive', 'persistent'] as const).map(
  (field) => RealServerSlot.offsetOf(field) / 4,
);

const snapshotOf = ({ definitions: { realServers } }: MapStore) =>
  arrayMap({
    name: 'snapshot',
    value: RealServerSlot,
    capacity: realServers.capacity,
    memoryMapped: true,
  });

const statisticsOf = (store: MapStore): StatisticsTables => ({
  statistics: store.open('statistics'),
  serverBaselines: store.open('serverBaselines'),
  serviceBaselines: store.open('serviceBaselines'),
});

/** A memory-mapped array's views share one buffer. */
function copyMemory(from: Pick<BpfMap, 'view' | 'definition'>, to: Pick<BpfMap, 'view'>): void {
  const source = new Uint8Array(from.view(0).buffer);
  const { value, capacity } = from.definition;
  new Uint8Array(to.view(0).buffer).set(source.subarray(0, value.sizeBytes * capacity));
}

function copyEntries(from: BpfMap, to: BpfMap): void {
  for (const [key, value] of from.entries()) to.set(key, value);
}

function pauseMs(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
