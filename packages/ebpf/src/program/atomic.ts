import type { Scalar, Struct } from '../layout/index.ts';
import { checkFresh } from './address.ts';
import type { ScalarOf } from './field-types.ts';
import { inRegister } from './ir/input.ts';
import type { AtomicOperation } from './ir/instruction.ts';
import { inputOf } from './operand.ts';
import type { Pointer } from './pointer.ts';
import { Value, type Operand } from './value.ts';

interface Options<T extends Scalar> {
  readonly fetch: boolean;
  readonly expected?: Operand<T>;
}

/** One indivisible read and write of a 32- or 64-bit field. */
export function atomic<S extends Struct, K extends string>(
  pointer: Pointer<S>,
  field: K,
  operation: AtomicOperation,
  x: Operand<ScalarOf<S, K>>,
  options: Options<ScalarOf<S, K>>,
): Value<ScalarOf<S, K>> {
  const { builder, layout, place } = pointer;
  const { recorder } = builder;
  const step = `atomic ${operation} on ${layout.name}.${field}`;
  recorder.mark();
  checkFresh(builder, place, step);
  const type = layout.fields[field];
  if (type?.kind !== 'scalar' || type.sizeBytes < 4) {
    throw recorder.error(step, 'only u32 and u64 fields can be changed atomically');
  }
  if (place.space === 'packet' || place.space === 'context') {
    throw recorder.error(step, `the kernel has no atomic operations on the ${place.space}`);
  }
  const expected =
    options.expected === undefined
      ? {}
      : { expected: inputOf(builder, type, options.expected, step) };
  const d = options.fetch ? { d: recorder.register() } : {};
  recorder.append({
    kind: 'atomic',
    operation,
    base: place.base,
    offset: place.offset + layout.offsetOf(field),
    size: type.sizeBytes,
    space: place.space,
    value: inputOf<Scalar>(builder, type, x, step),
    ...expected,
    ...d,
  });
  return new Value(builder, type as ScalarOf<S, K>, inRegister(d.d ?? 0));
}
