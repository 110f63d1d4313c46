import type { MapDefinition, MapKind } from '../map/index.ts';
import { structType } from './struct-type.ts';
import { TypeTable } from './type-table.ts';

/** Types of a map's key and value, for BPF_MAP_CREATE. */
export interface MapBtf {
  readonly blob: Uint8Array;
  readonly keyTypeId: number;
  readonly valueTypeId: number;
}

/** Kinds whose creation the kernel refuses when it is given types. */
const withoutTypes: readonly MapKind[] = [
  'programArray',
  'arrayOfMaps',
  'hashOfMaps',
  'deviceMap',
  'ringBuffer',
];
const arrayKinds: readonly MapKind[] = ['array', 'perCpuArray'];
/**
 * Describes a map's key and value, so that `bpftool map dump` prints fields by name, and so that the kernel
 * finds a `bpf_timer` or `bpf_spin_lock` in the value. Undefined for kinds of map that take no types.
 */
export function encodeMapBtf(definition: MapDefinition): MapBtf | undefined {
  if (withoutTypes.includes(definition.kind)) return undefined;
  const types = new TypeTable();
  // array_map_check_btf() in kernel/bpf/arraymap.c accepts nothing but a plain integer of 4 bytes.
  const keyTypeId = arrayKinds.includes(definition.kind)
    ? types.unsigned('u32', 4)
    : structType(types, definition.key);
  const valueTypeId = structType(types, definition.value);
  return { blob: types.encode(), keyTypeId, valueTypeId };
}
