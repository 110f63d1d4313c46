import type { Struct, U32, U64 } from '../layout/index.ts';
import {
  ArrayIndex,
  type ArrayIndexLayout,
  type MapDefinition,
  type MapReference,
} from '../map/index.ts';
import { addressInput, checkFresh, type AnyPointer } from './address.ts';
import type { Builder } from './builder.ts';
import { callHelper } from './call.ts';
import { Condition } from './condition.ts';
import type { FieldValues } from './field-types.ts';
import { constant, inRegister, type Input } from './ir/input.ts';
import { joinPointers } from './join-pointers.ts';
import { makeLocal } from './local.ts';
import { absentIf, PendingOptional, type Optional } from './optional.ts';
import { Pointer } from './pointer.ts';
import { Value, type Operand } from './value.ts';

/** A key: a pointer to one, its fields, or for the array kinds an index. */
export type KeyOf<K extends Struct> =
  | Pointer<K>
  | FieldValues<K>
  | (K extends ArrayIndexLayout ? Operand<U32> : never);

export type UpdateMode = 'any' | 'create' | 'replace';
/** BPF_ANY, BPF_NOEXIST, BPF_EXIST. */
const updateFlags = { any: 0, create: 1, replace: 2 } as const;

const indexed: ReadonlySet<string> = new Set([
  'array',
  'perCpuArray',
  'arrayOfMaps',
  'deviceMap',
  'programArray',
]);

export const mapInput = (map: MapDefinition): Input => ({
  kind: 'map',
  map,
  reference: 'map',
  offset: 0,
});

export function makeLookup<K extends Struct, V extends Struct>(
  builder: Builder,
  map: MapDefinition<K, V>,
  from: Input,
  key: KeyOf<K>,
): Optional<Pointer<V>> {
  const step = `lookup ${map.name}`;
  builder.recorder.mark();
  const found = callHelper(builder, 'map_lookup_elem', [from, keyInput(builder, map, key, step)]);
  const absence = new Condition(builder, {
    kind: 'compare',
    comparison: 'eq',
    width: 64,
    left: found.input,
    right: constant(0),
  });
  return new PendingOptional(builder, {
    step,
    branch: absentIf(builder, absence),
    present: () =>
      new Pointer(builder, map.value, { base: found.input, offset: 0, space: 'mapValue' }),
    join: () => joinPointers(builder, map.value),
  });
}

export function makeUpdate<K extends Struct, V extends Struct>(
  builder: Builder,
  map: MapDefinition<K, V>,
  key: KeyOf<K>,
  value: Pointer<V>,
  mode: UpdateMode,
): Value<U64> {
  const step = `update ${map.name}`;
  builder.recorder.mark();
  const inputs = [
    mapInput(map),
    keyInput(builder, map, key, step),
    pointerInput(builder, value, map.value, step, 'value'),
    constant(updateFlags[mode]),
  ];
  return callHelper(builder, 'map_update_elem', inputs);
}

export function makeRemove<K extends Struct>(
  builder: Builder,
  map: MapDefinition<K>,
  key: KeyOf<K>,
): Value<U64> {
  builder.recorder.mark();
  const inputs = [mapInput(map), keyInput(builder, map, key, `remove ${map.name}`)];
  return callHelper(builder, 'map_delete_elem', inputs);
}

/** The kernel gives direct addresses only of plain arrays with one entry: array_map_direct_value_addr(). */
export function makeStaticValue<V extends Struct>(
  builder: Builder,
  map: MapDefinition<ArrayIndexLayout, V>,
  index: number,
): Pointer<V> {
  const { recorder } = builder;
  recorder.mark();
  if (map.kind !== 'array' || map.capacity !== 1 || index !== 0) {
    throw recorder.error(
      `static value ${map.name}`,
      'only the single entry of an array of capacity 1 has a fixed address: use lookup()',
    );
  }
  const d = recorder.register();
  const source: Input = { kind: 'map', map, reference: 'value', offset: 0 };
  recorder.append({ kind: 'move', d, width: 64, source });
  return new Pointer(builder, map.value, { base: inRegister(d), offset: 0, space: 'mapValue' });
}

/** The map that an entry of a map of maps refers to, as an input for helpers. */
export const referenceInput = (builder: Builder, reference: Pointer<typeof MapReference>): Input =>
  addressInput(builder, reference.place);

function keyInput<K extends Struct>(
  builder: Builder,
  map: MapDefinition<K>,
  key: KeyOf<K>,
  step: string,
): Input {
  if (key instanceof Pointer) {
    return pointerInput(builder, key, map.key, step, 'key');
  }
  if (typeof key === 'object' && !(key instanceof Value)) {
    return addressInput(builder, makeLocal(builder, map.key, key).place);
  }
  if (!indexed.has(map.kind)) {
    throw builder.recorder.error(step, 'the key of this kind of map is no index');
  }
  const { place } = makeLocal(builder, ArrayIndex, { index: key });
  return addressInput(builder, place);
}

/** Checks that a pointer leads to what the map wants, by its size: layouts of equal size may differ in name. */
function pointerInput(
  builder: Builder,
  pointer: AnyPointer,
  wanted: Struct,
  step: string,
  what: 'key' | 'value',
): Input {
  const { recorder } = builder;
  if (pointer.builder !== builder) {
    throw recorder.error(step, `the ${what} belongs to another function`);
  }
  if (pointer.layout.sizeBytes !== wanted.sizeBytes) {
    throw recorder.error(
      step,
      `${what} has ${pointer.layout.sizeBytes} bytes, the map wants ${wanted.sizeBytes}`,
    );
  }
  checkFresh(builder, pointer.place, step);
  return addressInput(builder, pointer.place);
}
