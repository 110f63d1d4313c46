import { struct, u32, type Struct } from '../layout/index.ts';
import { mapFlag, type MapDefinition } from './definition.ts';

/** Key of the array kinds. */
export const ArrayIndex = struct('array_index', { index: u32 });
export type ArrayIndexLayout = typeof ArrayIndex;
/** Value of a map of maps as a program sees it: nothing to read, only to look up in. */
export const MapReference = struct('map_reference', { id: u32 });
/** Key and value of a ring buffer. */
export const NoLayout = struct('none', {});

/** What the kinds of keyed map have in common. */
export interface Keyed<K extends Struct, V extends Struct> {
  readonly name: string;
  readonly key: K;
  readonly value: V;
  readonly capacity: number;
  /** Allocate entries when they are needed, instead of all at creation. Not for LRU. */
  readonly onDemand?: boolean;
}
export interface Indexed<V extends Struct> {
  readonly name: string;
  readonly value: V;
  readonly capacity: number;
  /** User space may map the values into its memory (BPF_F_MMAPABLE); not for per-CPU arrays. */
  readonly memoryMapped?: boolean;
}

const keyed =
  (kind: 'hash' | 'perCpuHash' | 'lruHash') =>
  <K extends Struct, V extends Struct>(definition: Keyed<K, V>): MapDefinition<K, V> => ({
    kind,
    name: definition.name,
    key: definition.key,
    value: definition.value,
    capacity: definition.capacity,
    flags: definition.onDemand === true ? mapFlag.noPreallocation : 0,
  });
const indexed =
  (kind: 'array' | 'perCpuArray') =>
  <V extends Struct>(definition: Indexed<V>): MapDefinition<ArrayIndexLayout, V> => ({
    kind,
    name: definition.name,
    key: ArrayIndex,
    value: definition.value,
    capacity: definition.capacity,
    flags: definition.memoryMapped === true ? mapFlag.memoryMapped : 0,
  });

export const hashMap = keyed('hash');
export const lruHashMap = keyed('lruHash');
export const perCpuHashMap = keyed('perCpuHash');
export const arrayMap = indexed('array');
export const perCpuArrayMap = indexed('perCpuArray');

/** Redirect targets: index → interface number. */
export const deviceMap = (definition: {
  readonly name: string;
  readonly capacity: number;
}): MapDefinition<ArrayIndexLayout, ArrayIndexLayout> => ({
  kind: 'deviceMap',
  name: definition.name,
  key: ArrayIndex,
  value: ArrayIndex,
  capacity: definition.capacity,
  flags: 0,
});

/** Records from programs to user space, in order. `sizeBytes`: a power of two, at least 4096. */
export const ringBuffer = (definition: {
  readonly name: string;
  readonly sizeBytes: number;
}): MapDefinition<typeof NoLayout, typeof NoLayout> => ({
  kind: 'ringBuffer',
  name: definition.name,
  key: NoLayout,
  value: NoLayout,
  capacity: definition.sizeBytes,
  flags: 0,
});

/** An array whose values are maps shaped like `inner`. */
export const arrayOfMaps = <I extends MapDefinition>(definition: {
  readonly name: string;
  readonly inner: I;
  readonly capacity: number;
}): MapDefinition<ArrayIndexLayout, typeof MapReference> & { readonly inner: I } => ({
  kind: 'arrayOfMaps',
  name: definition.name,
  key: ArrayIndex,
  value: MapReference,
  capacity: definition.capacity,
  flags: 0,
  inner: definition.inner,
});
