import { u32, type Scalar, type Struct, type U32, type U64 } from '../layout/index.ts';
import type { ArrayIndexLayout, MapDefinition, MapReference } from '../map/index.ts';
import type { AnyPointer } from './address.ts';
import type { Assembly } from './assembly.ts';
import {
  argumentInput,
  callHelper,
  callSubprogram,
  type Argument,
  type ArgumentsOf,
} from './call.ts';
import { makeForEach, makeLoop } from './callback.ts';
import type { LazyCondition } from './condition.ts';
import {
  makeIf,
  makeRepeat,
  makeSelect,
  makeSwitch,
  makeVariable,
  type Loop,
} from './control-flow.ts';
import type { FieldValues } from './field-types.ts';
import { findHelper, type HelperName } from './helpers.ts';
import type { FunctionIr } from './ir/function.ts';
import { makeLocal } from './local.ts';
import {
  makeLookup,
  makeRemove,
  makeStaticValue,
  makeUpdate,
  mapInput,
  referenceInput,
  type KeyOf,
  type UpdateMode,
} from './map-access.ts';
import { anyInput, inputOf } from './operand.ts';
import { whenever, type Optional } from './optional.ts';
import type { Parameter } from './parameter.ts';
import type { Pointer } from './pointer.ts';
import { Recorder } from './recorder.ts';
import type { Subprogram } from './subprogram.ts';
import { Value, type Operand, type Variable } from './value.ts';

/** What a body uses to write its function. Every method appends to the function, in the order of the calls. */
export class Builder {
  /** For the builder's own use. */
  readonly recorder: Recorder;

  /** For the builder's own use: a builder of another function of the same program. */
  another(into: FunctionIr, path: readonly string[]): Builder {
    return new Builder(this.recorder.assembly, into, path);
  }

  constructor(assembly: Assembly, into: FunctionIr, path: readonly string[]) {
    this.recorder = new Recorder(assembly, into, path);
  }

  constant<T extends Scalar>(type: T, value: number | bigint): Value<T> {
    return new Value(this, type, inputOf(this, type, value, 'constant'));
  }

  variable<T extends Scalar>(type: T, initial: Operand<T>): Variable<T> {
    return makeVariable(this, type, initial);
  }

  /** A layout on the stack; whatever `initial` leaves out is zero. */
  local<S extends Struct>(layout: S, initial: FieldValues<S> = {}): Pointer<S> {
    return makeLocal(this, layout, initial);
  }

  if(condition: LazyCondition, then: () => void, otherwise?: () => void): void {
    makeIf(this, condition, then, otherwise);
  }

  /** One of two values; given as closures, only the chosen one is computed. */
  select<T extends Scalar>(
    condition: LazyCondition,
    type: T,
    whenTrue: Operand<T> | (() => Operand<T>),
    whenFalse: Operand<T> | (() => Operand<T>),
  ): Value<T> {
    return makeSelect(this, condition, type, whenTrue, whenFalse);
  }

  /** Cases are tried in order; put the common ones first. */
  switch<T extends Scalar>(
    value: Value<T>,
    cases: readonly (readonly [number, () => void])[],
    otherwise: () => void = () => {},
  ): void {
    makeSwitch(this, value, cases, otherwise);
  }

  /** A real loop, walked round by round by the verifier: for more than some hundred rounds use `loop`. */
  repeat(times: number, body: (i: Value<U32>, loop: Loop) => void): void {
    makeRepeat(this, times, body);
  }

  /**
   * Runs the callback for 0 … count − 1, until it gives 1. The result is the number of rounds. A count that the
   * verifier can tell to be always 0, though the builder cannot, makes Linux 6.18 refuse the program.
   */
  loop<C extends Struct>(
    count: Operand<U32>,
    context: Pointer<C>,
    callback: (b: Builder, index: Value<U32>, context: Pointer<C>) => Operand,
  ): Value<U64> {
    return makeLoop(this, count, context, callback);
  }

  /** Runs the callback for each entry, until it gives 1. The result is the number of entries visited. */
  forEach<K extends Struct, V extends Struct, C extends Struct>(
    map: MapDefinition<K, V>,
    context: Pointer<C>,
    callback: (b: Builder, key: Pointer<K>, value: Pointer<V>, context: Pointer<C>) => Operand,
  ): Value<U64> {
    return makeForEach(this, map, context, callback);
  }

  /** Ends the function. What follows in the same closure is never run. */
  return(x: Operand): void {
    this.recorder.mark();
    this.recorder.return(anyInput(this, x, 'return'));
  }

  lookup<K extends Struct, V extends Struct>(
    map: MapDefinition<K, V>,
    key: KeyOf<K>,
  ): Optional<Pointer<V>> {
    return makeLookup(this, map, mapInput(map), key);
  }

  /** Absent if the condition does not hold; what `make` does is done only if it holds. */
  whenever<T>(condition: LazyCondition, make: () => Optional<T>): Optional<T> {
    return whenever(this, condition, make);
  }

  /** Looks up in the inner map that an entry of a map of maps refers to. */
  lookupIn<K extends Struct, V extends Struct>(
    reference: Pointer<typeof MapReference>,
    inner: MapDefinition<K, V>,
    key: KeyOf<K>,
  ): Optional<Pointer<V>> {
    return makeLookup(this, inner, referenceInput(this, reference), key);
  }

  /** 0, or a negative error number as 64 bits: compare with `slt(0)` or `ne(0)`. */
  update<K extends Struct, V extends Struct>(
    map: MapDefinition<K, V>,
    key: KeyOf<K>,
    value: Pointer<V>,
    mode: UpdateMode = 'any',
  ): Value<U64> {
    return makeUpdate(this, map, key, value, mode);
  }

  /** 0, or a negative error number as 64 bits. */
  remove<K extends Struct, V extends Struct>(map: MapDefinition<K, V>, key: KeyOf<K>): Value<U64> {
    return makeRemove(this, map, key);
  }

  /** The only entry of an array of capacity 1, without a lookup. */
  staticValue<V extends Struct>(map: MapDefinition<ArrayIndexLayout, V>, index = 0): Pointer<V> {
    return makeStaticValue(this, map, index);
  }

  /** Sends a record to user space: 0, or a negative error number if the buffer is full. */
  emit(ringBuffer: MapDefinition, record: AnyPointer): Value<U64> {
    this.recorder.mark();
    if (ringBuffer.kind !== 'ringBuffer') {
      throw this.recorder.error(`emit ${ringBuffer.name}`, `it is ${ringBuffer.kind}`);
    }
    return this.helper('ringbuf_output', ringBuffer, record, record.layout.sizeBytes, 0);
  }

  call<P extends readonly Parameter[]>(target: Subprogram<P>, ...args: ArgumentsOf<P>): Value<U64> {
    return callSubprogram(this, target, args);
  }

  /** Any kernel helper. Of helpers that are not in the table it is assumed that they change the packet. */
  helper(which: HelperName | number, ...args: readonly Argument[]): Value<U64> {
    this.recorder.mark();
    const step = findHelper(which).name;
    const inputs = args.map((argument) => argumentInput(this, argument, step));
    return callHelper(this, which, inputs);
  }

  /** Ticks of CONFIG_HZ since boot: the cheapest clock. */
  jiffies(): Value<U64> {
    return this.helper('jiffies64');
  }

  /** Nanoseconds of CLOCK_MONOTONIC. */
  ktimeNs(): Value<U64> {
    return this.helper('ktime_get_ns');
  }

  processor(): Value<U32> {
    return new Value(this, u32, this.helper('get_smp_processor_id').input);
  }

  random(): Value<U32> {
    return new Value(this, u32, this.helper('get_prandom_u32').input);
  }

  /** Says that this path is rarely taken: it moves out of the way and gets what registers the others leave. */
  unlikely(): void {
    this.recorder.cold();
  }

  /** Names a step of the program, for messages and for comments beside the instructions. */
  within<T>(step: string, body: () => T): T {
    return this.recorder.within(step, body);
  }
}
