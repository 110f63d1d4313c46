import type { Subprogram, Type } from './syntax.ts';

interface Named {
  readonly name: string;
  readonly type: Type;
  /** The builder knows it as a constant. */
  readonly isConstant?: boolean;
}

/** Memory that loads and stores may go to. */
export interface Pointer {
  readonly name: string;
  readonly size: number;
  /** Packets may be accessed at any offset; the rest only aligned. */
  readonly anyOffset: boolean;
  readonly writable: boolean;
  /** A `Value` or `Local`, whose wide fields allow atomic instructions. */
  readonly atomic: boolean;
  /** A `Local` that may be the context of a callback. */
  readonly isLocal: boolean;
}

/** What the statements at some place may refer to. Inner scopes are copies with more in them. */
export interface Scope {
  readonly values: readonly Named[];
  readonly variables: readonly Named[];
  readonly pointers: readonly Pointer[];
  readonly subprograms: readonly Subprogram[];
  /** Statements here are within `repeat`. */
  readonly inRepeat: boolean;
  /** How many more levels of nesting are allowed. */
  readonly depth: number;
  /** May not write outside itself, since the order of its runs is not known. */
  readonly isPure: boolean;
  /** What a `return` here gives; undefined in callbacks, which may give only 0 and 1. */
  readonly returns: Type | undefined;
}

export const emptyScope: Scope = {
  values: [],
  variables: [],
  pointers: [],
  subprograms: [],
  inRepeat: false,
  depth: 3,
  isPure: false,
  returns: 'u32',
};
