import { bucketCount } from '../layouts.ts';
import type { Capacities, DirectorMaps } from '../maps.ts';
import type { TableFullError } from './table-full-error.ts';

/** Each growth copies everything: a few large steps. */
const growthFactor = 4;

/** What tables have room for. */
export const capacitiesOf = (maps: DirectorMaps): Capacities => ({
  connections: maps.connections4.capacity,
  services: maps.services.capacity,
  realServers: maps.realServers.capacity,
  hashTables: maps.buckets.capacity / (2 * bucketCount),
});

/** Capacities with one of them larger. */
export const grown = (present: Capacities, table: TableFullError['table']): Capacities => ({
  ...present,
  [table]: present[table] * growthFactor,
});

/** Capacities with room for so many slots: thousands of services find their places after one growth. */
export const withRoom = (
  present: Capacities,
  needed: Pick<Capacities, 'services' | 'realServers'>,
): Capacities => ({
  ...present,
  services: enough(present.services, needed.services),
  realServers: enough(present.realServers, needed.realServers),
});

/** The first capacity on the way of growth that is enough. */
const enough = (capacity: number, needed: number): number =>
  capacity >= needed ? capacity : enough(capacity * growthFactor, needed);
