import type { FieldType, Scalar, Struct } from '../layout/index.ts';
import type { MapDefinition, MapKind } from '../map/index.ts';
import { TypeTable, type Member } from './type-table.ts';

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
/** Structs that the kernel finds by name and lays out itself: it wants no members in them. */
const kernelStructs: readonly string[] = ['bpf_timer', 'bpf_spin_lock'];

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

function structType(types: TypeTable, layout: Struct): number {
  return types.once(`struct ${layout.name} ${layout.sizeBytes}`, () => {
    if (kernelStructs.includes(layout.name)) return types.struct(layout.name, layout.sizeBytes, []);
    let padding = 0;
    const members = Object.entries(layout.fields).map(([field, type]): Member => ({
      name: type.kind === 'reserved' ? `_${padding++}` : field,
      type: fieldType(types, type),
      offsetBytes: layout.offsetOf(field),
    }));
    return types.struct(layout.name, layout.sizeBytes, members);
  });
}

function fieldType(types: TypeTable, type: FieldType): number {
  if (type.kind === 'struct') return structType(types, type);
  if (type.kind === 'scalar') return scalarType(types, type);
  return types.array(types.unsigned('u8', 1), types.unsigned('u32', 4), type.sizeBytes);
}

function scalarType(types: TypeTable, type: Scalar): number {
  const plain = types.unsigned(`u${type.sizeBytes * 8}`, type.sizeBytes);
  return type.order === 'host' ? plain : types.typedef(type.name, plain);
}
