import type { MapDefinition } from '@evs/ebpf';
import { createMap, type KernelMap } from '../../packages/evs/src/linux/index.ts';
import { defaultCapacities } from '../../packages/evs/src/dataplane/index.ts';
import { defineMaps } from '../../packages/evs/src/dataplane/maps.ts';
import { mapBytes } from '../packet-path/memory.ts';
import type { Finding } from '../support/report.ts';
import { tableSize } from './table.ts';

/** Bytes a flow, beside what the hash table needs for itself. */
const goalBytes = 128;

const maps = defineMaps({ ...defaultCapacities, connections: tableSize });
const kinds: readonly (readonly [string, readonly MapDefinition[]])[] = [
  ['IPv4, DR or tunnel', [maps.connections4]],
  ['IPv4, NAT', [maps.connections4, maps.replies4]],
  ['IPv6, DR or tunnel', [maps.connections6]],
  ['IPv6, NAT', [maps.connections6, maps.replies6]],
];

/** Memory in the kernel for each connection. */
export const memoryPerConnection = (): Finding[] =>
  kinds.map(([name, tables]) => {
    const ours = sum(tables.map(({ key, value }) => key.sizeBytes + value.sizeBytes));
    const all = sum(tables.map(bytesPerEntry));
    return {
      what: `memory of a connection, ${name}`,
      figure: `${ours} bytes; ${all.toFixed(1)} with the hash table's own`,
      goal: `≤ ${goalBytes} bytes of ours`,
      met: ours <= goalBytes,
    };
  });

function bytesPerEntry(definition: MapDefinition): number {
  using map: KernelMap = createMap(definition);
  return mapBytes(map.fd) / definition.capacity;
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
