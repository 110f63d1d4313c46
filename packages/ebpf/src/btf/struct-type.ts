import type { FieldType, Scalar, Struct } from '../layout/index.ts';
import type { Member, TypeTable } from './type-table.ts';

/** Structs that the kernel finds by name and lays out itself: it wants no members in them. */
const kernelStructs: readonly string[] = ['bpf_timer', 'bpf_spin_lock'];

/** The type of a layout, with its fields by name. */
export function structType(types: TypeTable, layout: Struct): number {
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
