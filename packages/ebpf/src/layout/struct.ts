import { LayoutError } from './layout-error.ts';
import type { Bytes, Reserved, Scalar } from './scalar.ts';

export type FieldType = Scalar | Bytes | Reserved | Struct;
export type Fields = Readonly<Record<string, FieldType>>;

/** What a codec reads and writes for one field. */
export type InferField<T> =
  T extends Scalar<string, infer Js>
    ? Js
    : T extends Bytes
      ? Uint8Array
      : T extends Struct<infer F>
        ? InferFields<F>
        : never;

export type InferFields<F extends Fields> = {
  [K in keyof F as F[K] extends Reserved ? never : K]: InferField<F[K]>;
};

/** The TypeScript type of a layout's decoded value: `type Flow = Infer<typeof Flow>`. */
export type Infer<S extends Struct> = S extends Struct<infer F> ? InferFields<F> : never;

/**
 * A binary layout, declared once. Programs take offsets from it, codecs encode and decode with it and BTF
 * describes it. Fields follow each other without hidden gaps.
 */
export class Struct<F extends Fields = Fields> {
  readonly kind = 'struct';
  readonly name: string;
  readonly fields: F;
  readonly sizeBytes: number;
  /** Greatest alignment of a field; 1 for a packed layout. */
  readonly alignBytes: number;
  readonly packed: boolean;
  readonly #offsets: ReadonlyMap<string, number>;
  /** The fields that codecs visit, with their offsets. */
  readonly #plan: readonly PlannedField[];

  constructor(name: string, fields: F, packed: boolean) {
    const offsets = new Map<string, number>();
    let size = 0;
    let align = 1;
    for (const [field, type] of Object.entries(fields)) {
      const wanted = packed ? 1 : alignOf(type);
      if (size % wanted !== 0) {
        throw new LayoutError(
          `${name}.${field} would stand at byte ${size}, which is no multiple of ${wanted}: put reserved(${wanted - (size % wanted)}) before it, or use packed()`,
        );
      }
      offsets.set(field, size);
      size += type.sizeBytes;
      align = Math.max(align, wanted);
    }
    if (size % align !== 0) {
      throw new LayoutError(
        `${name} ends at byte ${size}, which is no multiple of ${align}: end it with reserved(${align - (size % align)})`,
      );
    }
    this.name = name;
    this.fields = fields;
    this.packed = packed;
    this.sizeBytes = size;
    this.alignBytes = align;
    this.#offsets = offsets;
    this.#plan = Object.entries(fields).map(([field, type]) => ({
      field,
      type,
      offset: offsets.get(field) ?? 0,
      path: `${name}.${field}`,
    }));
  }

  /** Byte offset of a field. Throws LayoutError if there is none of that name. */
  offsetOf(field: keyof F & string): number {
    const offset = this.#offsets.get(field);
    if (offset === undefined) throw new LayoutError(`${this.name} has no field ${field}`);
    return offset;
  }

  /** Writes a value at byte `at` of `into` (a new array by default). Throws RangeError if it does not fit. */
  encode(
    value: InferFields<F>,
    into: Uint8Array = new Uint8Array(this.sizeBytes),
    at = 0,
  ): Uint8Array {
    const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
    const source = value as Readonly<Record<string, unknown>>;
    for (const { field, type, offset, path } of this.#plan) {
      encodeField(path, type, source[field], into, view, at + offset);
    }
    return into;
  }

  /** Reads a value at byte `at`. Throws LayoutError, naming this layout, if the bytes end before it. */
  decode(from: Uint8Array, at = 0): InferFields<F> {
    if (at + this.sizeBytes > from.length) {
      throw new LayoutError(
        `${this.name} needs ${this.sizeBytes} bytes at byte ${at}, but there are ${Math.max(0, from.length - at)}`,
      );
    }
    const view = new DataView(from.buffer, from.byteOffset, from.byteLength);
    const value: Record<string, unknown> = {};
    for (const { field, type, offset } of this.#plan) {
      if (type.kind !== 'reserved') value[field] = decodeField(type, from, view, at + offset);
    }
    return value as InferFields<F>;
  }
}

interface PlannedField {
  readonly field: string;
  readonly type: FieldType;
  readonly offset: number;
  readonly path: string;
}

/** A layout with natural alignment; gaps must be written as `reserved(n)`. */
export const struct = <const F extends Fields>(name: string, fields: F): Struct<F> =>
  new Struct(name, fields, false);

/** A layout without alignment, for wire formats. */
export const packed = <const F extends Fields>(name: string, fields: F): Struct<F> =>
  new Struct(name, fields, true);

function alignOf(type: FieldType): number {
  if (type.kind === 'scalar') return type.sizeBytes;
  return type.kind === 'struct' ? type.alignBytes : 1;
}

function encodeField(
  path: string,
  type: FieldType,
  value: unknown,
  into: Uint8Array,
  view: DataView,
  at: number,
): void {
  if (type.kind === 'reserved') into.fill(0, at, at + type.sizeBytes);
  else if (type.kind === 'struct') type.encode(value as never, into, at);
  else if (type.kind === 'bytes') {
    const source = value as Uint8Array;
    if (source.length !== type.sizeBytes) {
      throw new LayoutError(`${path} has ${source.length} bytes, wanted ${type.sizeBytes}`);
    }
    into.set(source, at);
  } else encodeScalar(path, type, value as number | bigint, view, at);
}

function encodeScalar(
  path: string,
  type: Scalar,
  value: number | bigint,
  view: DataView,
  at: number,
): void {
  const little = type.order === 'host';
  if (!fits(value, type.sizeBytes)) {
    throw new LayoutError(`${path} cannot hold ${value}: it has ${type.sizeBytes} bytes, unsigned`);
  }
  if (type.sizeBytes === 8) view.setBigUint64(at, BigInt(value), little);
  else if (type.sizeBytes === 4) view.setUint32(at, Number(value), little);
  else if (type.sizeBytes === 2) view.setUint16(at, Number(value), little);
  else view.setUint8(at, Number(value));
}

/** Whether a value is a whole number of so many bytes, unsigned. */
function fits(value: number | bigint, sizeBytes: number): boolean {
  if (typeof value === 'bigint') return BigInt.asUintN(sizeBytes * 8, value) === value;
  return Number.isSafeInteger(value) && value >= 0 && value < (limits[sizeBytes] ?? 0);
}
/** The first number that so many bytes cannot hold. */
const limits = Array.from({ length: 9 }, (_, sizeBytes) => 2 ** (sizeBytes * 8));

function decodeField(
  type: Scalar | Bytes | Struct,
  from: Uint8Array,
  view: DataView,
  at: number,
): unknown {
  if (type.kind === 'struct') return type.decode(from, at);
  if (type.kind === 'bytes') return from.slice(at, at + type.sizeBytes);
  const little = type.order === 'host';
  if (type.sizeBytes === 8) return view.getBigUint64(at, little);
  if (type.sizeBytes === 4) return view.getUint32(at, little);
  return type.sizeBytes === 2 ? view.getUint16(at, little) : view.getUint8(at);
}
