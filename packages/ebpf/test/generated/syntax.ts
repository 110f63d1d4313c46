import type { MapName } from './layouts.ts';

/** Generated programs as data: they can be emitted through the builder, and evaluated without it. */

export type HostType = 'u8' | 'u16' | 'u32' | 'u64';
type NetworkType = 'be16' | 'be32' | 'be64';
export type Type = HostType | NetworkType;

export type BinaryOperator =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'mod'
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'shr';

/** An expression has no effects. A name stands for a value, a variable or a pointer. */
export type Expression =
  | { readonly kind: 'constant'; readonly type: Type; readonly value: bigint }
  | { readonly kind: 'name'; readonly type: Type; readonly name: string }
  | {
      readonly kind: 'binary';
      readonly type: Type;
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'unary';
      readonly type: Type;
      readonly operator: 'negate' | 'complement';
      readonly of: Expression;
    }
  | {
      readonly kind: 'convert';
      readonly type: Type;
      readonly how: 'to' | 'host' | 'network' | 'reinterpret';
      readonly of: Expression;
    }
  | { readonly kind: 'load'; readonly type: Type; readonly from: string; readonly offset: number }
  | { readonly kind: 'length'; readonly type: 'u32' }
  | {
      readonly kind: 'select';
      readonly type: Type;
      readonly condition: Condition;
      readonly whenTrue: Expression;
      readonly whenFalse: Expression;
      readonly lazy: boolean;
    }
  | {
      readonly kind: 'call';
      readonly type: 'u64';
      readonly target: Subprogram;
      readonly parameters: readonly Expression[];
    };

export type Comparison =
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'slt'
  | 'sle'
  | 'sgt'
  | 'sge'
  | 'hasBits';

export type Condition =
  | {
      readonly kind: 'compare';
      readonly comparison: Comparison;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Condition[]; readonly lazy: boolean }
  | { readonly kind: 'not'; readonly part: Condition };

export type MapKey =
  | { readonly kind: 'index'; readonly index: Expression }
  | { readonly kind: 'fields'; readonly a: Expression; readonly b: Expression }
  /** The first four bytes of a local. */
  | { readonly kind: 'pointer'; readonly a: Expression; readonly b: Expression };

export type AtomicOperator =
  | 'atomicAdd'
  | 'atomicOr'
  | 'atomicAnd'
  | 'atomicXor'
  | 'fetchAdd'
  | 'fetchOr'
  | 'fetchAnd'
  | 'fetchXor'
  | 'exchange'
  | 'compareExchange';

export type Field = readonly [name: string, value: Expression];
type Absent = 'return' | 'match' | 'orElse';

export type Statement =
  | { readonly kind: 'let' | 'variable' | 'set'; readonly name: string; readonly value: Expression }
  | {
      readonly kind: 'if';
      readonly condition: Condition;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[] | undefined;
    }
  | {
      readonly kind: 'switch';
      readonly on: Expression;
      readonly cases: readonly (readonly [number, readonly Statement[]])[];
      readonly otherwise: readonly Statement[];
    }
  | {
      readonly kind: 'repeat';
      readonly times: number;
      readonly index: string;
      readonly body: readonly Statement[];
    }
  | { readonly kind: 'leave'; readonly how: 'break' | 'continue' }
  | {
      readonly kind: 'window';
      readonly name: string;
      /** A number, or a u32 that is small enough. */
      readonly offset: number | Expression;
      readonly length: number;
      readonly absent: 'return' | 'match';
      readonly result: Expression;
      readonly body: readonly Statement[];
      readonly missing: readonly Statement[];
    }
  | {
      readonly kind: 'lookup';
      readonly name: string;
      readonly map: MapName;
      readonly key: MapKey;
      readonly absent: Absent;
      readonly result: Expression;
      /** For `orElse`: another key to try, and then to return. */
      readonly secondKey: MapKey;
      readonly body: readonly Statement[];
      readonly missing: readonly Statement[];
    }
  | { readonly kind: 'static'; readonly name: string }
  | { readonly kind: 'local'; readonly name: string; readonly fields: readonly Field[] }
  | {
      readonly kind: 'store';
      readonly to: string;
      readonly offset: number;
      readonly value: Expression;
    }
  | {
      readonly kind: 'copy';
      readonly to: string;
      readonly offset: number;
      readonly from: string;
      readonly fromOffset: number;
      readonly size: number;
    }
  | {
      readonly kind: 'atomic';
      readonly operator: AtomicOperator;
      readonly to: string;
      readonly field: 'wide' | 'other' | 'short';
      readonly operand: Expression;
      readonly expected: Expression;
      readonly name: string;
    }
  | {
      readonly kind: 'update';
      readonly name: string;
      readonly map: MapName;
      readonly key: MapKey;
      readonly fields: readonly Field[];
      readonly mode: 'any' | 'create' | 'replace';
    }
  | { readonly kind: 'remove'; readonly name: string; readonly map: MapName; readonly key: MapKey }
  | {
      readonly kind: 'loop';
      readonly name: string;
      readonly count: Expression;
      readonly context: string;
      readonly inner: string;
      readonly index: string;
      readonly body: readonly Statement[];
      readonly stop: Condition;
    }
  | {
      readonly kind: 'forEach';
      readonly name: string;
      readonly map: MapName;
      readonly context: string;
      readonly inner: string;
      readonly key: string;
      readonly value: string;
      readonly body: readonly Statement[];
    }
  | {
      readonly kind: 'checksum';
      readonly name: string;
      readonly from: string;
      readonly fromSize: number;
      readonly to: string;
      readonly toSize: number;
      readonly seed: Expression;
    }
  /** Changes the packet by a helper: pointers into it are dead afterwards. */
  | {
      readonly kind: 'change';
      readonly name: string;
      readonly change: PacketChange;
    }
  | { readonly kind: 'return'; readonly value: Expression };

/** Statements of one kind. */
export type Of<K extends Statement['kind']> = Statement extends infer S
  ? S extends { readonly kind: infer J }
    ? K extends J
      ? S
      : never
    : never
  : never;

/** What to do with each kind of statement. */
export type Cases<R> = { readonly [K in Statement['kind']]: (statement: Of<K>) => R };

export type PacketChange =
  | { readonly how: 'adjustHead' | 'adjustTail'; readonly distance: number }
  | {
      readonly how: 'adjustRoom';
      readonly distance: number;
      readonly mode: number;
      readonly flags: number;
    }
  | { readonly how: 'changeTail'; readonly length: number }
  | { readonly how: 'pullData'; readonly length: number }
  | {
      readonly how: 'storeBytes';
      readonly offset: number;
      readonly from: string;
      readonly length: number;
    }
  | {
      readonly how: 'replaceChecksum';
      readonly layer: 3 | 4;
      readonly offset: number;
      readonly from: Expression;
      readonly to: Expression;
      readonly flags: number;
    };

export interface Subprogram {
  readonly name: string;
  readonly parameters: readonly (readonly [name: string, type: Type])[];
  readonly body: readonly Statement[];
  readonly result: Expression;
}

export interface GeneratedProgram {
  readonly seed: number;
  readonly hook: 'xdp' | 'tc';
  readonly body: readonly Statement[];
  readonly verdict: Expression;
}

export const bitsOf = (type: Type): number => Number(type.replace(/^\D+/, ''));
export const bytesOf = (type: Type): number => bitsOf(type) / 8;
export const isHost = (type: Type): type is HostType => type.startsWith('u');
