import { bucketCount } from '../layouts.ts';
import type { Capacities, DirectorMaps } from '../maps.ts';
import type { TableFullError } from './table-full-error.ts';

/** Each growth copies everything: a few large steps. */
const growthFactor = 4;

/** Capacities with one of them larger. */
export function grown(present: DirectorMaps, table: TableFullError['table']): Capacities {
  const capacities = {
    connections: present.connections4.capacity,
    services: present.services.capacity,
    realServers: present.realServers.capacity,
    hashTables: present.buckets.capacity / (2 * bucketCount),
  };
  return { ...capacities, [table]: capacities[table] * growthFactor };
}
