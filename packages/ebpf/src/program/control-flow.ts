import { u32, type Scalar, type U32 } from '../layout/index.ts';
import { branchOn } from './branch.ts';
import type { Builder } from './builder.ts';
import { Condition, type LazyCondition } from './condition.ts';
import { constantBits } from './constant.ts';
import { constant, inRegister } from './ir/input.ts';
import { inputOf } from './operand.ts';
import { Value, Variable, type Operand } from './value.ts';

/** Ways out of the body of `repeat`. What follows them in the same closure is never run. */
export interface Loop {
  /** Goes on after the loop. */
  break(): void;
  /** Goes on with the next round. */
  continue(): void;
}

export function makeIf(
  builder: Builder,
  condition: LazyCondition,
  then: () => void,
  otherwise?: () => void,
): void {
  const { recorder } = builder;
  recorder.mark();
  const whenTrue = recorder.block();
  const whenFalse = recorder.block();
  const after = otherwise === undefined ? whenFalse : recorder.block();
  branchOn(builder, condition, whenTrue, whenFalse);
  recorder.start(whenTrue);
  then();
  recorder.jump(after);
  if (otherwise !== undefined) {
    recorder.start(whenFalse);
    otherwise();
    recorder.jump(after);
  }
  recorder.start(after);
}

export function makeSelect<T extends Scalar>(
  builder: Builder,
  condition: LazyCondition,
  type: T,
  whenTrue: Operand<T> | (() => Operand<T>),
  whenFalse: Operand<T> | (() => Operand<T>),
): Value<T> {
  const { recorder } = builder;
  const d = recorder.register();
  const assign = (chosen: Operand<T> | (() => Operand<T>)) => (): void => {
    const operand = typeof chosen === 'function' ? chosen() : chosen;
    const source = inputOf(builder, type, operand, 'select');
    recorder.append({ kind: 'move', d, width: 64, source });
  };
  makeIf(builder, condition, assign(whenTrue), assign(whenFalse));
  return new Value(builder, type, inRegister(d));
}

export function makeSwitch<T extends Scalar>(
  builder: Builder,
  value: Value<T>,
  cases: readonly (readonly [number, () => void])[],
  otherwise: () => void,
): void {
  const [first, ...rest] = cases;
  if (first === undefined) otherwise();
  else {
    const [number, body] = first;
    makeIf(builder, value.eq(number), body, () => makeSwitch(builder, value, rest, otherwise));
  }
}

export function makeRepeat(
  builder: Builder,
  times: number,
  body: (i: Value<U32>, loop: Loop) => void,
): void {
  const { recorder } = builder;
  recorder.mark();
  const bits = constantBits(u32, times);
  if (typeof bits === 'string' || times < 0) {
    throw recorder.error('repeat', `cannot run ${times} times`);
  }
  if (times === 0) return;
  const index = makeVariable(builder, u32, 0);
  const after = recorder.block();
  recorder.inLoop(() => {
    const [top, next] = [recorder.block(), recorder.block()];
    recorder.jump(top);
    recorder.start(top);
    body(new Value(builder, u32, index.input, bits - 1n), {
      break: () => recorder.jump(after),
      continue: () => recorder.jump(next),
    });
    recorder.jump(next);
    recorder.start(next);
    recorder.mark();
    index.set(index.add(1));
    branchOn(builder, lessThan(builder, index, bits), top, after);
  });
  recorder.start(after);
}

export function makeVariable<T extends Scalar>(
  builder: Builder,
  type: T,
  initial: Operand<T>,
): Variable<T> {
  const variable = new Variable(builder, type, inRegister(builder.recorder.register()));
  variable.set(initial);
  return variable;
}

const lessThan = (builder: Builder, value: Value, bits: bigint): Condition =>
  new Condition(builder, {
    kind: 'compare',
    comparison: 'lt',
    width: 32,
    left: value.input,
    right: constant(bits),
  });
