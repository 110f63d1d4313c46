import type { Scalar } from '../layout/index.ts';
import { Condition } from './condition.ts';
import { maximumOf } from './constant.ts';
import { evaluate } from './ir/evaluate.ts';
import { constant, inRegister, type Input } from './ir/input.ts';
import type { AluOperation, Comparison, Width } from './ir/instruction.ts';
import { greatestResult } from './maximum.ts';
import { inputOf } from './operand.ts';
import type { Operand, Value } from './value.ts';

interface Result {
  readonly input: Input;
  readonly maximum: bigint;
}

const bitwise: ReadonlySet<string> = new Set(['and', 'or', 'xor', 'eq', 'ne', 'set']);

export const widthOf = (type: Scalar): Width => (type.sizeBytes === 8 ? 64 : 32);

export function binary<T extends Scalar>(
  left: Value<T>,
  operation: AluOperation,
  x: Operand<T>,
): Result {
  const { recorder } = left.builder;
  recorder.mark();
  checkOrder(left, operation);
  const right = inputOf(left.builder, left.type, x, operation);
  checkConstant(left, operation, right);
  const grown = greatestResult[operation](left.maximum, {
    maximum: right.kind === 'constant' ? right.value : (x as Value).maximum,
    constant: right.kind === 'constant' ? right.value : undefined,
  });
  return cut(left, emit(left, operation, right), grown);
}

export function negate<T extends Scalar>(value: Value<T>): Result {
  const { recorder } = value.builder;
  recorder.mark();
  checkOrder(value, 'negate');
  const d = recorder.register();
  recorder.append({ kind: 'negate', d, width: widthOf(value.type), source: value.input });
  return cut(value, inRegister(d), undefined);
}

export function complement<T extends Scalar>(value: Value<T>): Result {
  value.builder.recorder.mark();
  const maximum = maximumOf(value.type);
  return { input: emit(value, 'xor', constant(maximum)), maximum };
}

export function comparison<T extends Scalar>(
  left: Value<T>,
  kind: Comparison,
  x: Operand<T>,
): Condition {
  checkOrder(left, kind);
  const right = inputOf(left.builder, left.type, x, kind);
  return new Condition(left.builder, {
    kind: 'compare',
    comparison: kind,
    width: widthOf(left.type),
    left: left.input,
    right,
  });
}

/** Types below 32 bits are compared in the upper end of a register, where the machine finds their sign. */
export function signedComparison<T extends Scalar>(
  left: Value<T>,
  kind: 'slt' | 'sle' | 'sgt' | 'sge',
  x: Operand<T>,
): Condition {
  left.builder.recorder.mark();
  checkOrder(left, kind);
  const right = inputOf(left.builder, left.type, x, kind);
  const spare = left.type.sizeBytes < 4 ? 32 - left.type.sizeBytes * 8 : 0;
  const raise = (input: Input): Input =>
    spare === 0 ? input : shiftLeft(left, input, BigInt(spare));
  return new Condition(left.builder, {
    kind: 'compare',
    comparison: kind,
    width: widthOf(left.type),
    left: raise(left.input),
    right: raise(right),
  });
}

function shiftLeft(owner: Value, input: Input, amount: bigint): Input {
  if (input.kind === 'constant') return constant(evaluate('shl', 32, input.value, amount));
  const { recorder } = owner.builder;
  const d = recorder.register();
  const right = constant(amount);
  recorder.append({ kind: 'alu', operation: 'shl', width: 32, d, left: input, right });
  return inRegister(d);
}

function emit(owner: Value, operation: AluOperation, right: Input): Input {
  const { recorder } = owner.builder;
  const left = owner.input;
  const width = widthOf(owner.type);
  if (left.kind === 'constant' && right.kind === 'constant') {
    return constant(evaluate(operation, width, left.value, right.value));
  }
  const d = recorder.register();
  recorder.append({ kind: 'alu', operation, width, d, left, right });
  return inRegister(d);
}

/** Registers hold narrow values zero-extended: cut what has grown beyond the type. */
function cut(owner: Value, input: Input, grown: bigint | undefined): Result {
  const maximum = maximumOf(owner.type);
  if (grown !== undefined && grown <= maximum) return { input, maximum: grown };
  if (owner.type.sizeBytes >= 4) return { input, maximum };
  if (input.kind === 'constant') return { input: constant(input.value & maximum), maximum };
  const { recorder } = owner.builder;
  const d = recorder.register();
  const right = constant(maximum);
  recorder.append({ kind: 'alu', operation: 'and', width: 32, d, left: input, right });
  return { input: inRegister(d), maximum };
}

function checkOrder(value: Value, operation: string): void {
  if (value.type.order === 'host' || bitwise.has(operation)) return;
  throw value.builder.recorder.error(
    operation,
    `${value.type.name} is in network order: use host() first`,
  );
}

function checkConstant(left: Value, operation: AluOperation, right: Input): void {
  if (right.kind !== 'constant') return;
  const { recorder } = left.builder;
  if ((operation === 'div' || operation === 'mod') && right.value === 0n) {
    throw recorder.error(operation, 'division by zero');
  }
  if (operation === 'shl' || operation === 'shr') {
    const bits = BigInt(left.type.sizeBytes * 8);
    if (right.value >= bits) {
      throw recorder.error(
        operation,
        `${left.type.name} has ${bits} bits, cannot shift by ${right.value}`,
      );
    }
  }
}
