import type { Builder } from './builder.ts';
import type { Input } from './ir/input.ts';
import type { Comparison, Width } from './ir/instruction.ts';

/** A condition, or how to get one when it is needed. */
export type LazyCondition = Condition | (() => Condition);

/** How a condition is decided. */
export type Test =
  | {
      readonly kind: 'compare';
      readonly comparison: Comparison;
      readonly width: Width;
      readonly left: Input;
      readonly right: Input;
    }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly LazyCondition[] }
  | { readonly kind: 'not'; readonly part: Condition };

/** A question about values. It is only asked where it is used: in `if`, `select`, or another condition. */
export class Condition {
  /** Undefined for `all` and `any`, which belong to whoever their parts belong to. */
  readonly builder: Builder | undefined;
  readonly test: Test;

  constructor(builder: Builder | undefined, test: Test) {
    this.builder = builder;
    this.test = test;
  }
}

/** True if every part is; a part after the first false one is not evaluated. */
export const all = (...parts: readonly LazyCondition[]): Condition =>
  new Condition(undefined, { kind: 'all', parts });

/** True if some part is; a part after the first true one is not evaluated. */
export const any = (...parts: readonly LazyCondition[]): Condition =>
  new Condition(undefined, { kind: 'any', parts });

export const not = (part: Condition): Condition =>
  new Condition(part.builder, { kind: 'not', part });
