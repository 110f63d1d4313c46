export type { BpfMap } from './bpf-map.ts';
export {
  ArrayIndex,
  MapReference,
  NoLayout,
  arrayMap,
  arrayOfMaps,
  deviceMap,
  hashMap,
  lruHashMap,
  perCpuArrayMap,
  perCpuHashMap,
  ringBuffer,
  type ArrayIndexLayout,
  type Indexed,
  type Keyed,
} from './define.ts';
export { mapFlag, mapKind, type MapDefinition, type MapKind } from './definition.ts';
