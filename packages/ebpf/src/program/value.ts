import type { Be16, Be32, Be64, Scalar, U16, U32, U64 } from '../layout/index.ts';
import { be16, be32, be64, u16, u32, u64 } from '../layout/index.ts';
import { binary, comparison, complement, negate, signedComparison } from './arithmetic.ts';
import type { Builder } from './builder.ts';
import type { Condition } from './condition.ts';
import { maximumOf } from './constant.ts';
import type { AluOperation } from './ir/instruction.ts';
import { inRegister, type Input } from './ir/input.ts';
import { inputOf } from './operand.ts';

/** A value, or a constant. Constants of network-order types are written in host order. */
export type Operand<T extends Scalar = Scalar> = Value<T> | number | bigint;

/**
 * A number that the program has computed. Every operation emits instructions at once and returns a new value.
 * Arithmetic is unsigned and wraps at the width of the type: `u8` and `u16` results are masked where they could
 * have grown. Only comparison for equality and bit operations make sense in network order: use `host()` first.
 */
export class Value<T extends Scalar = Scalar> {
  readonly builder: Builder;
  readonly type: T;
  /** For the builder's own use: where the value is. */
  readonly input: Input;
  /** For the builder's own use: it is never greater than this. */
  readonly maximum: bigint;

  constructor(builder: Builder, type: T, input: Input, maximum: bigint = maximumOf(type)) {
    this.builder = builder;
    this.type = type;
    this.input = input;
    this.maximum = maximum;
  }

  add(x: Operand<T>): Value<T> {
    return this.#binary('add', x);
  }
  sub(x: Operand<T>): Value<T> {
    return this.#binary('sub', x);
  }
  mul(x: Operand<T>): Value<T> {
    return this.#binary('mul', x);
  }
  /** Division by a value that is zero gives zero. */
  div(x: Operand<T>): Value<T> {
    return this.#binary('div', x);
  }
  /** The rest by a value that is zero is the dividend. */
  mod(x: Operand<T>): Value<T> {
    return this.#binary('mod', x);
  }
  and(x: Operand<T>): Value<T> {
    return this.#binary('and', x);
  }
  or(x: Operand<T>): Value<T> {
    return this.#binary('or', x);
  }
  xor(x: Operand<T>): Value<T> {
    return this.#binary('xor', x);
  }
  shl(x: Operand<T>): Value<T> {
    return this.#binary('shl', x);
  }
  shr(x: Operand<T>): Value<T> {
    return this.#binary('shr', x);
  }
  /** Two's complement: 0 − x. */
  negate(): Value<T> {
    return this.#from(negate(this));
  }
  /** Every bit the other way. */
  complement(): Value<T> {
    return this.#from(complement(this));
  }

  eq(x: Operand<T>): Condition {
    return comparison(this, 'eq', x);
  }
  ne(x: Operand<T>): Condition {
    return comparison(this, 'ne', x);
  }
  lt(x: Operand<T>): Condition {
    return comparison(this, 'lt', x);
  }
  le(x: Operand<T>): Condition {
    return comparison(this, 'le', x);
  }
  gt(x: Operand<T>): Condition {
    return comparison(this, 'gt', x);
  }
  ge(x: Operand<T>): Condition {
    return comparison(this, 'ge', x);
  }
  slt(x: Operand<T>): Condition {
    return signedComparison(this, 'slt', x);
  }
  sle(x: Operand<T>): Condition {
    return signedComparison(this, 'sle', x);
  }
  sgt(x: Operand<T>): Condition {
    return signedComparison(this, 'sgt', x);
  }
  sge(x: Operand<T>): Condition {
    return signedComparison(this, 'sge', x);
  }
  /** Any of the bits of `mask` is set. */
  hasBits(mask: Operand<T>): Condition {
    return comparison(this, 'set', mask);
  }

  /** The same number in another host type: extended with zeros, or cut. */
  to<U extends Scalar>(type: U): Value<U> {
    const { recorder } = this.builder;
    recorder.mark();
    if (type.name !== this.type.name && (type.order !== 'host' || this.type.order !== 'host')) {
      throw recorder.error(
        'to',
        `${this.type.name} does not become ${type.name}: use host(), network() or reinterpret()`,
      );
    }
    const maximum = maximumOf(type);
    if (this.maximum <= maximum) return new Value(this.builder, type, this.stable(), this.maximum);
    const d = recorder.register();
    if (type.sizeBytes === 4) recorder.append({ kind: 'move', d, width: 32, source: this.input });
    else {
      const mask: Input = { kind: 'constant', value: maximum };
      recorder.append({
        kind: 'alu',
        operation: 'and',
        width: 32,
        d,
        left: this.input,
        right: mask,
      });
    }
    return new Value(this.builder, type, inRegister(d));
  }

  /** The same bits under a type of the same size, whatever its byte order. */
  reinterpret<U extends Scalar>(type: U): Value<U> {
    const { recorder } = this.builder;
    recorder.mark();
    if (type.sizeBytes !== this.type.sizeBytes) {
      throw recorder.error(
        'reinterpret',
        `${this.type.name} and ${type.name} differ in size: use to()`,
      );
    }
    return new Value(this.builder, type, this.stable(), this.maximum);
  }

  /** Network order to host order. */
  host(this: Value<Be16>): Value<U16>;
  host(this: Value<Be32>): Value<U32>;
  host(this: Value<Be64>): Value<U64>;
  host(): Value<U16 | U32 | U64> {
    const types = { be16: u16, be32: u32, be64: u64 } as const;
    return this.#swap('host', types[this.type.name as keyof typeof types]);
  }

  /** Host order to network order. */
  network(this: Value<U16>): Value<Be16>;
  network(this: Value<U32>): Value<Be32>;
  network(this: Value<U64>): Value<Be64>;
  network(): Value<Be16 | Be32 | Be64> {
    const types = { u16: be16, u32: be32, u64: be64 } as const;
    return this.#swap('network', types[this.type.name as keyof typeof types]);
  }

  /** For the builder's own use: an input that a later assignment does not change. */
  stable(): Input {
    return this.input;
  }

  #binary(operation: AluOperation, x: Operand<T>): Value<T> {
    return this.#from(binary(this, operation, x));
  }

  #from(result: { readonly input: Input; readonly maximum: bigint }): Value<T> {
    return new Value(this.builder, this.type, result.input, result.maximum);
  }

  #swap<U extends Scalar>(step: string, type: U | undefined): Value<U> {
    const { recorder } = this.builder;
    recorder.mark();
    if (type === undefined)
      throw recorder.error(step, `${this.type.name} is not in the other order`);
    const d = recorder.register();
    const bits = (type.sizeBytes * 8) as 16 | 32 | 64;
    recorder.append({ kind: 'swap', d, bits, source: this.input });
    return new Value(this.builder, type, inRegister(d));
  }
}

/** A value that can be assigned. What was computed from it before an assignment stays as it was. */
export class Variable<T extends Scalar = Scalar> extends Value<T> {
  set(x: Operand<T>): void {
    const { recorder } = this.builder;
    recorder.mark();
    const source = inputOf(this.builder, this.type, x, 'set');
    if (this.input.kind !== 'register') throw recorder.error('set', 'a variable has no register');
    recorder.append({ kind: 'move', d: this.input.register, width: 64, source });
  }

  override stable(): Input {
    const { recorder } = this.builder;
    const d = recorder.register();
    recorder.append({ kind: 'move', d, width: 64, source: this.input });
    return inRegister(d);
  }
}
