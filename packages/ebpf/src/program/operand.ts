import type { Scalar } from '../layout/index.ts';
import type { Builder } from './builder.ts';
import { constantBits } from './constant.ts';
import { constant, type Input } from './ir/input.ts';
import type { Operand, Value } from './value.ts';

/** What an operand stands for, after checking that it fits `type` and belongs to this builder. */
export function inputOf<T extends Scalar>(
  builder: Builder,
  type: T,
  x: Operand<T>,
  step: string,
): Input {
  if (typeof x === 'number' || typeof x === 'bigint') {
    const bits = constantBits(type, x);
    if (typeof bits === 'string') throw builder.recorder.error(step, bits);
    return constant(bits);
  }
  checkOwner(builder, x, step);
  if (x.type.sizeBytes !== type.sizeBytes || x.type.order !== type.order) {
    throw builder.recorder.error(step, `got ${x.type.name}, wanted ${type.name}`);
  }
  return x.input;
}

/** An operand of any host type, for places where only the number counts. */
export function anyInput(builder: Builder, x: Operand, step: string): Input {
  if (typeof x === 'number' || typeof x === 'bigint') {
    if (typeof x === 'number' && !Number.isSafeInteger(x)) {
      throw builder.recorder.error(step, `${x} is no whole number`);
    }
    return constant(x);
  }
  checkOwner(builder, x, step);
  return x.input;
}

function checkOwner(builder: Builder, x: Value, step: string): void {
  if (x.builder !== builder) {
    throw builder.recorder.error(
      step,
      'the value belongs to another function: pass it as an argument or through the context',
    );
  }
}
