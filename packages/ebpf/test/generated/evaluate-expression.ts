import { binary, compare, load, swap } from './arithmetic.ts';
import type { MapsModel } from './maps-model.ts';
import type { FrameModel } from './packet-model.ts';
import { bitsOf, bytesOf, type Condition, type Expression, type Statement } from './syntax.ts';

/** What a function sees while it is evaluated. */
export interface Environment {
  readonly maps: MapsModel;
  /** Only the entry has one. */
  readonly packet: FrameModel | undefined;
  readonly values: Map<string, bigint>;
  readonly pointers: Map<string, Uint8Array>;
  readonly call: (
    environment: Environment,
    body: readonly Statement[],
    result: Expression,
  ) => bigint;
}

/** The environment of a function that is called from another. */
export const innerEnvironment = (outer: Environment): Environment => ({
  ...outer,
  packet: undefined,
  values: new Map(),
  pointers: new Map(),
});

type Of<K extends Expression['kind']> = Extract<Expression, { readonly kind: K }>;

/** Values of expressions, as unsigned numbers of the size of their type; network order as loaded. */
export class ExpressionEvaluator {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  value(expression: Expression): bigint {
    const { type } = expression;
    switch (expression.kind) {
      case 'constant':
        return type.startsWith('be') ? swap(type, expression.value) : expression.value;
      case 'name':
        return found(this.#environment.values, expression.name);
      case 'load':
        return load(this.pointer(expression.from), expression.offset, bytesOf(type));
      case 'length':
        return BigInt(this.packet().bytes.length);
      case 'select':
        return this.#select(expression);
      case 'call':
        return this.#call(expression);
      case 'binary':
      case 'unary':
      case 'convert':
        return BigInt.asUintN(bitsOf(type), this.#computed(expression));
      default:
        return expression satisfies never;
    }
  }

  condition(condition: Condition): boolean {
    return this.#prepared(condition)();
  }

  pointer(name: string): Uint8Array {
    return found(this.#environment.pointers, name);
  }

  packet(): FrameModel {
    const { packet } = this.#environment;
    if (packet === undefined) throw new TypeError('no packet here');
    return packet;
  }

  /** Not yet cut to the size of the type. */
  #computed(expression: Of<'binary'> | Of<'unary'> | Of<'convert'>): bigint {
    if (expression.kind === 'binary') {
      const left = this.value(expression.left);
      const right = this.value(expression.right);
      return binary(expression.operator, left, right, bitsOf(expression.type));
    }
    const value = this.value(expression.of);
    if (expression.kind === 'unary') return expression.operator === 'negate' ? -value : ~value;
    const swaps = expression.how === 'host' || expression.how === 'network';
    return swaps ? swap(expression.type, value) : value;
  }

  #select(expression: Of<'select'>): bigint {
    const decide = this.#prepared(expression.condition);
    if (expression.lazy) return this.value(decide() ? expression.whenTrue : expression.whenFalse);
    const whenTrue = this.value(expression.whenTrue);
    const whenFalse = this.value(expression.whenFalse);
    return decide() ? whenTrue : whenFalse;
  }

  #call({ target, parameters }: Of<'call'>): bigint {
    const inner = innerEnvironment(this.#environment);
    for (const [index, [name]] of target.parameters.entries()) {
      const parameter = parameters[index];
      if (parameter !== undefined) inner.values.set(name, this.value(parameter));
    }
    return inner.call(inner, target.body, target.result);
  }

  /** Computes now what the builder emits where the condition is made; the rest, if and when it is asked. */
  #prepared(condition: Condition): () => boolean {
    if (condition.kind === 'not') {
      const part = this.#prepared(condition.part);
      return () => !part();
    }
    if (condition.kind === 'compare') {
      const left = this.value(condition.left);
      const right = this.value(condition.right);
      return () => compare(condition.comparison, left, right, bitsOf(condition.left.type));
    }
    const parts = condition.lazy
      ? condition.parts.map((part) => () => this.condition(part))
      : condition.parts.map((part) => this.#prepared(part));
    return condition.kind === 'all'
      ? () => parts.every((part) => part())
      : () => parts.some((part) => part());
  }
}

function found<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new TypeError(`nothing is called ${name}`);
  return value;
}
