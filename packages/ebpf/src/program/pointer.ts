import {
  struct,
  u64,
  type Bytes,
  type Scalar,
  type Struct,
  type U32,
  type U64,
} from '../layout/index.ts';
import { addressInput, checkFresh, type Address, type AnyPointer } from './address.ts';
import { atomic } from './atomic.ts';
import type { Builder } from './builder.ts';
import type { FieldName, FieldOf, ScalarOf, ViewOf } from './field-types.ts';
import { inRegister } from './ir/input.ts';
import { copy, load, store } from './memory-access.ts';
import { anyInput, inputOf } from './operand.ts';
import { Value, type Operand } from './value.ts';

type Wide<S extends Struct> = FieldOf<S, Scalar<'u32' | 'u64'>>;

/** A place in the packet, a map value, the stack or the context, laid out as `layout`. */
export class Pointer<S extends Struct = Struct> {
  readonly builder: Builder;
  readonly layout: S;
  /** For the builder's own use. */
  readonly place: Address;

  constructor(builder: Builder, layout: S, place: Address) {
    this.builder = builder;
    this.layout = layout;
    this.place = place;
  }

  get<K extends FieldOf<S, Scalar>>(field: K): Value<ScalarOf<S, K>> {
    const type = this.#scalar(field, 'get') as ScalarOf<S, K>;
    return this.load(type, this.layout.offsetOf(field));
  }

  set<K extends FieldOf<S, Scalar>>(field: K, x: Operand<ScalarOf<S, K>>): void {
    const type = this.#scalar(field, 'set') as ScalarOf<S, K>;
    this.#put(type, this.layout.offsetOf(field), x, `set ${this.layout.name}.${field}`);
  }

  /** A nested layout, or bytes as a layout of their own. */
  view<K extends FieldOf<S, Struct | Bytes>>(field: K): Pointer<ViewOf<S, K>> {
    const type = fieldOf(this, field, 'view');
    const layout = type.kind === 'struct' ? type : struct('bytes', { bytes: type });
    const offset = this.layout.offsetOf(field);
    return new Pointer(this.builder, layout as ViewOf<S, K>, at(this, offset));
  }

  /** Reads a scalar anywhere inside the layout. */
  load<T extends Scalar>(type: T, offsetBytes: number): Value<T> {
    checkAccess(this, `load ${this.layout.name}`, offsetBytes, type.sizeBytes);
    return new Value(this.builder, type, load(this.builder, at(this, offsetBytes), type.sizeBytes));
  }

  /** Writes a scalar anywhere inside the layout. */
  store<T extends Scalar>(type: T, offsetBytes: number, x: Operand<T>): void {
    this.#put(type, offsetBytes, x, `store ${this.layout.name}`);
  }

  #put<T extends Scalar>(type: T, offset: number, x: Operand<T>, step: string): void {
    checkAccess(this, step, offset, type.sizeBytes);
    const value = inputOf(this.builder, type, x, step);
    store(this.builder, at(this, offset), type.sizeBytes, value);
  }

  /**
   * What lies so many bytes further, as `layout`. The verifier must see that it is within the map value or stack:
   * mask the offset first.
   */
  further<T extends Struct>(layout: T, offset: Value<U32>): Pointer<T> {
    const { builder, place } = this;
    builder.recorder.mark();
    checkFresh(builder, place, `further from ${this.layout.name}`);
    const d = builder.recorder.register();
    const left = addressInput(builder, place);
    const right = anyInput(builder, offset, 'further');
    builder.recorder.append({ kind: 'alu', operation: 'add', width: 64, d, left, right });
    return new Pointer(builder, layout, { ...place, base: inRegister(d), offset: 0 });
  }

  /** Copies a field of any kind from a field of the same size. */
  copy<Source extends Struct>(
    field: FieldName<S>,
    source: Pointer<Source>,
    sourceField: FieldName<Source>,
  ): void {
    const type = fieldOf(this, field, 'copy');
    const sourceType = fieldOf(source, sourceField, 'copy');
    if (type.sizeBytes !== sourceType.sizeBytes) {
      throw this.builder.recorder.error(
        `copy ${this.layout.name}.${field}`,
        `it has ${type.sizeBytes} bytes, ${source.layout.name}.${sourceField} has ${sourceType.sizeBytes}`,
      );
    }
    const from = source.layout.offsetOf(sourceField);
    this.copyBytes(this.layout.offsetOf(field), source, from, type.sizeBytes);
  }

  copyBytes(offset: number, source: AnyPointer, sourceOffset: number, sizeBytes: number): void {
    checkAccess(this, `copy to ${this.layout.name}`, offset, sizeBytes);
    checkAccess(source, `copy from ${source.layout.name}`, sourceOffset, sizeBytes);
    if (source.builder !== this.builder) {
      throw this.builder.recorder.error('copy', 'the source belongs to another function');
    }
    copy(this.builder, at(this, offset), at(source, sourceOffset), sizeBytes);
  }

  atomicAdd<K extends Wide<S>>(field: K, x: Operand<ScalarOf<S, K>>): void {
    atomic(this, field, 'add', x, { fetch: false });
  }
  atomicOr<K extends Wide<S>>(field: K, x: Operand<ScalarOf<S, K>>): void {
    atomic(this, field, 'or', x, { fetch: false });
  }
  atomicAnd<K extends Wide<S>>(field: K, x: Operand<ScalarOf<S, K>>): void {
    atomic(this, field, 'and', x, { fetch: false });
  }
  atomicXor<K extends Wide<S>>(field: K, x: Operand<ScalarOf<S, K>>): void {
    atomic(this, field, 'xor', x, { fetch: false });
  }
  /** Adds, and gives the value from before. */
  fetchAdd<K extends Wide<S>>(field: K, x: Operand<ScalarOf<S, K>>): Value<ScalarOf<S, K>> {
    return atomic(this, field, 'add', x, { fetch: true });
  }
  fetchOr<K extends Wide<S>>(field: K, x: Operand<ScalarOf<S, K>>): Value<ScalarOf<S, K>> {
    return atomic(this, field, 'or', x, { fetch: true });
  }
  fetchAnd<K extends Wide<S>>(field: K, x: Operand<ScalarOf<S, K>>): Value<ScalarOf<S, K>> {
    return atomic(this, field, 'and', x, { fetch: true });
  }
  fetchXor<K extends Wide<S>>(field: K, x: Operand<ScalarOf<S, K>>): Value<ScalarOf<S, K>> {
    return atomic(this, field, 'xor', x, { fetch: true });
  }
  /** Writes, and gives the value from before. */
  exchange<K extends Wide<S>>(field: K, x: Operand<ScalarOf<S, K>>): Value<ScalarOf<S, K>> {
    return atomic(this, field, 'exchange', x, { fetch: true });
  }
  /** Writes `desired` if the field holds `expected`; gives the value from before in either case. */
  compareExchange<K extends Wide<S>>(
    field: K,
    expected: Operand<ScalarOf<S, K>>,
    desired: Operand<ScalarOf<S, K>>,
  ): Value<ScalarOf<S, K>> {
    return atomic(this, field, 'compareExchange', desired, { fetch: true, expected });
  }

  /** The address as a number, for helpers. */
  address(): Value<U64> {
    this.builder.recorder.mark();
    checkFresh(this.builder, this.place, `address of ${this.layout.name}`);
    const source = addressInput(this.builder, this.place);
    const d = this.builder.recorder.register();
    this.builder.recorder.append({ kind: 'move', d, width: 64, source });
    return new Value(this.builder, u64, inRegister(d));
  }

  #scalar(field: string, step: string): Scalar {
    const type = fieldOf(this, field, step);
    if (type.kind === 'scalar') return type;
    throw this.builder.recorder.error(
      `${step} ${this.layout.name}.${field}`,
      `it is ${type.kind}, not a number: use view() or copy()`,
    );
  }
}

function at(pointer: AnyPointer, offset: number): Address {
  return { ...pointer.place, offset: pointer.place.offset + offset };
}

function checkAccess(pointer: AnyPointer, step: string, offset: number, sizeBytes: number): void {
  const { builder, layout } = pointer;
  builder.recorder.mark();
  if (!Number.isInteger(offset) || offset < 0 || offset + sizeBytes > layout.sizeBytes) {
    throw builder.recorder.error(
      step,
      `bytes ${offset} to ${offset + sizeBytes} are not within its ${layout.sizeBytes} bytes`,
    );
  }
  checkFresh(builder, pointer.place, step);
}

function fieldOf(pointer: AnyPointer, field: string, step: string): Struct['fields'][string] {
  const type = pointer.layout.fields[field];
  if (type !== undefined) return type;
  throw pointer.builder.recorder.error(`${step} ${pointer.layout.name}.${field}`, 'no such field');
}
