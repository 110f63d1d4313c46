import type { Struct } from '../layout/index.ts';
import type { Builder } from './builder.ts';
import type { FieldValues } from './field-types.ts';
import { inFrame } from './ir/input.ts';
import { storeBytes } from './memory-access.ts';
import { Pointer } from './pointer.ts';
import { Value, type Operand } from './value.ts';

/** A layout on the stack. What `initial` does not mention is zero, padding too: map keys are compared byte by byte. */
export function makeLocal<S extends Struct>(
  builder: Builder,
  layout: S,
  initial: FieldValues<S>,
): Pointer<S> {
  const { recorder } = builder;
  recorder.mark();
  const slot = recorder.ir.newSlot(layout.sizeBytes);
  const local = new Pointer(builder, layout, { base: inFrame(slot), offset: 0, space: 'stack' });
  const bytes = missing(layout, initial);
  recorder.append({ kind: 'begin', slot });
  if (bytes !== 0n) recorder.append({ kind: 'zero', slot, bytes });
  fill(local, initial);
  return local;
}

const ones = (count: number): bigint => (1n << BigInt(count)) - 1n;

type Given = Readonly<Record<string, unknown>>;

/** One bit for every byte that is not given. */
function missing(layout: Struct, given: Given): bigint {
  let bytes = ones(layout.sizeBytes);
  for (const [field, value] of Object.entries(given)) {
    const type = layout.fields[field];
    if (value === undefined || type === undefined) continue;
    const at = BigInt(layout.offsetOf(field));
    const absent = type.kind === 'struct' && isPlain(value) ? missing(type, value) : 0n;
    bytes = (bytes & ~(ones(type.sizeBytes) << at)) | (absent << at);
  }
  return bytes;
}

const isPlain = (value: unknown): value is Given =>
  typeof value === 'object' &&
  value !== null &&
  !(value instanceof Pointer) &&
  !(value instanceof Value) &&
  !(value instanceof Uint8Array);

function fill(target: Pointer, given: Given): void {
  const { recorder } = target.builder;
  for (const [field, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const step = `local ${target.layout.name}.${field}`;
    const type = target.layout.fields[field];
    if (type === undefined) throw recorder.error(step, 'no such field');
    if (type.kind === 'scalar') target.store(type, target.layout.offsetOf(field), value as Operand);
    else if (value instanceof Pointer) fillFrom(target, field, value);
    else if (value instanceof Uint8Array) fillBytes(target, field, value);
    else if (type.kind === 'struct' && isPlain(value)) fill(nested(target, field, type), value);
    else throw recorder.error(step, `a field of ${type.kind} cannot be filled with that`);
  }
}

const nested = (target: Pointer, field: string, layout: Struct): Pointer => {
  const { place } = target;
  const offset = place.offset + target.layout.offsetOf(field);
  return new Pointer(target.builder, layout, { ...place, offset });
};

function fillFrom(target: Pointer, field: string, source: Pointer): void {
  const size = target.layout.fields[field]?.sizeBytes ?? 0;
  if (size !== source.layout.sizeBytes) {
    throw target.builder.recorder.error(
      `local ${target.layout.name}.${field}`,
      `it has ${size} bytes, the source ${source.layout.sizeBytes}`,
    );
  }
  target.copyBytes(target.layout.offsetOf(field), source, 0, size);
}

function fillBytes(target: Pointer, field: string, source: Uint8Array): void {
  const size = target.layout.fields[field]?.sizeBytes ?? 0;
  if (size !== source.length) {
    throw target.builder.recorder.error(
      `local ${target.layout.name}.${field}`,
      `it has ${size} bytes, the source ${source.length}`,
    );
  }
  const { place } = target;
  const offset = place.offset + target.layout.offsetOf(field);
  storeBytes(target.builder, { ...place, offset }, source);
}
