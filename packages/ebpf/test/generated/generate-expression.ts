import type { Random } from './random.ts';
import type { Pointer, Scope } from './scope.ts';
import {
  bitsOf,
  bytesOf,
  isHost,
  type BinaryOperator,
  type Comparison,
  type Condition,
  type Expression,
  type HostType,
  type Type,
} from './syntax.ts';

export const hostTypes: readonly HostType[] = ['u8', 'u16', 'u32', 'u64'];
const types: readonly Type[] = [...hostTypes, 'be16', 'be32', 'be64'];
const operators: readonly BinaryOperator[] = [
  'add',
  'sub',
  'mul',
  'div',
  'mod',
  'and',
  'or',
  'xor',
  'shl',
  'shr',
];
const bitOperators: readonly BinaryOperator[] = ['and', 'or', 'xor'];
const comparisons: readonly Comparison[] = [
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'slt',
  'sle',
  'sgt',
  'sge',
  'hasBits',
];
const bitComparisons: readonly Comparison[] = ['eq', 'ne', 'hasBits'];

export const constant = (type: Type, value: bigint | number): Expression => ({
  kind: 'constant',
  type,
  value: BigInt(value),
});

/** A random expression of a type over what is in scope. */
export class ExpressionGenerator {
  readonly #random: Random;
  readonly #hasPacket: boolean;

  constructor(random: Random, hasPacket: boolean) {
    this.#random = random;
    this.#hasPacket = hasPacket;
  }

  type(): Type {
    return this.#random.once(6) ? this.#random.pick(types) : this.#random.pick(hostTypes);
  }

  expression(scope: Scope, type: Type, depth = 3): Expression {
    if (depth <= 0) return this.#leaf(scope, type);
    const choice = this.#random.weighted({
      leaf: 5,
      binary: 6,
      unary: 1,
      convert: 3,
      select: 1,
      call: scope.subprograms.length > 0 && type === 'u64' ? 3 : 0,
    });
    switch (choice) {
      case 'leaf':
        return this.#leaf(scope, type);
      case 'binary':
        return this.#binary(scope, type, depth - 1);
      case 'unary':
        return {
          kind: 'unary',
          type,
          operator: isHost(type) ? this.#random.pick(['negate', 'complement']) : 'complement',
          of: this.expression(scope, type, depth - 1),
        };
      case 'convert':
        return this.#convert(scope, type, depth - 1);
      case 'select':
        return {
          kind: 'select',
          type,
          condition: this.condition(scope, depth - 1),
          whenTrue: this.expression(scope, type, depth - 1),
          whenFalse: this.expression(scope, type, depth - 1),
          lazy: this.#random.once(2),
        };
      case 'call': {
        const target = this.#random.pick(scope.subprograms);
        const parameters = target.parameters.map(([, parameter]) =>
          this.expression(scope, parameter, depth - 2),
        );
        return { kind: 'call', type: 'u64', target, parameters };
      }
      default:
        return choice satisfies never;
    }
  }

  /** An expression that is at most `limit`, a power of two less one. */
  masked(scope: Scope, type: HostType, limit: number, depth = 1): Expression {
    const left = this.expression(scope, type, depth);
    return { kind: 'binary', type, operator: 'and', left, right: constant(type, limit) };
  }

  condition(scope: Scope, depth = 2): Condition {
    const choice = this.#random.weighted({ compare: 6, group: depth > 0 ? 2 : 0, not: 1 });
    if (choice === 'group') {
      const count = 2 + this.#random.below(2);
      return {
        kind: this.#random.pick(['all', 'any']),
        parts: Array.from({ length: count }, () => this.condition(scope, depth - 1)),
        lazy: this.#random.once(2),
      };
    }
    if (choice === 'not') return { kind: 'not', part: this.condition(scope, depth - 1) };
    const type = this.type();
    return {
      kind: 'compare',
      comparison: this.#random.pick(isHost(type) ? comparisons : bitComparisons),
      left: this.expression(scope, type, 1),
      right: this.expression(scope, type, this.#random.below(2)),
    };
  }

  #leaf(scope: Scope, type: Type): Expression {
    const named = scope.values.filter((value) => value.type === type);
    const pointers = scope.pointers.filter((pointer) => pointer.size >= bytesOf(type));
    const choice = this.#random.weighted({
      constant: 2,
      name: named.length > 0 ? 5 : 0,
      load: pointers.length > 0 ? 3 : 0,
      length: type === 'u32' && this.#hasPacket ? 1 : 0,
    });
    if (choice === 'name') return { kind: 'name', type, name: this.#random.pick(named).name };
    if (choice === 'load') return this.#load(this.#random.pick(pointers), type);
    if (choice === 'length') return { kind: 'length', type: 'u32' };
    return constant(type, this.#random.number(bitsOf(type)));
  }

  #load(pointer: Pointer, type: Type): Expression {
    const offset = this.#random.below(pointer.size - bytesOf(type) + 1);
    return {
      kind: 'load',
      type,
      from: pointer.name,
      offset: pointer.anyOffset ? offset : offset - (offset % bytesOf(type)),
    };
  }

  #binary(scope: Scope, type: Type, depth: number): Expression {
    const operator = this.#random.pick(isHost(type) ? operators : bitOperators);
    const left = this.expression(scope, type, depth);
    const isShift = operator === 'shl' || operator === 'shr';
    let right = this.expression(scope, type, depth);
    // Constants that the builder, like the verifier, refuses.
    if (isShift && (isConstant(scope, right) || this.#random.once(2))) {
      right = constant(type, this.#random.below(bitsOf(type)));
    }
    const isDivision = operator === 'div' || operator === 'mod';
    if (isDivision && isConstant(scope, right)) right = constant(type, 1 + this.#random.below(99));
    return { kind: 'binary', type, operator, left, right };
  }

  #convert(scope: Scope, type: Type, depth: number): Expression {
    const other = type.startsWith('u') ? type.replace('u', 'be') : type.replace('be', 'u');
    if (!isHost(type)) {
      const how = this.#random.pick(['network', 'reinterpret'] as const);
      return { kind: 'convert', type, how, of: this.expression(scope, other as Type, depth) };
    }
    if (type !== 'u8' && this.#random.once(3)) {
      const how = this.#random.pick(['host', 'reinterpret'] as const);
      return { kind: 'convert', type, how, of: this.expression(scope, other as Type, depth) };
    }
    const from = this.#random.pick(hostTypes);
    return { kind: 'convert', type, how: 'to', of: this.expression(scope, from, depth) };
  }
}

/** Whether the builder computes it while it builds. */
export function isConstant(scope: Scope, expression: Expression): boolean {
  switch (expression.kind) {
    case 'constant':
      return true;
    case 'name':
      return scope.values.some(({ name, isConstant: known }) => name === expression.name && known);
    case 'binary':
      return isConstant(scope, expression.left) && isConstant(scope, expression.right);
    case 'unary':
    case 'convert':
      return isConstant(scope, expression.of);
    case 'load':
    case 'length':
    case 'select':
    case 'call':
      return false;
    default:
      return expression satisfies never;
  }
}
