import type { Struct } from '../../layout/index.ts';
import type { MapDefinition } from '../../map/index.ts';
import { VmArrayMap } from './array-map.ts';
import { VmDeviceMap } from './device-map.ts';
import { VmHashMap } from './hash-map.ts';
import { VmMapOfMaps } from './map-of-maps.ts';
import { VmRingBuffer } from './ring-buffer.ts';
import type { VmMap } from './vm-map.ts';

/** An empty map for the interpreter. `processors`: how many values an entry of a per-CPU map has. */
export function createVmMap<K extends Struct, V extends Struct>(
  definition: MapDefinition<K, V>,
  processors = 1,
): VmMap<K, V> {
  switch (definition.kind) {
    case 'hash':
    case 'lruHash':
      return new VmHashMap(definition, 1);
    case 'perCpuHash':
      return new VmHashMap(definition, processors);
    case 'array':
      return new VmArrayMap(definition, 1);
    case 'perCpuArray':
      return new VmArrayMap(definition, processors);
    case 'deviceMap':
      return new VmDeviceMap(definition);
    case 'ringBuffer':
      return new VmRingBuffer(definition);
    case 'arrayOfMaps':
    case 'hashOfMaps':
    case 'programArray':
      return new VmMapOfMaps(definition);
    default:
      return definition.kind satisfies never;
  }
}
