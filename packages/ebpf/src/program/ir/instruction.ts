import type { Origin } from '../origin.ts';
import type { Helper } from '../helpers.ts';
import type { Block, FunctionIr } from './function.ts';
import type { FrameSlot, Input } from './input.ts';

export type Width = 32 | 64;
export type Size = 1 | 2 | 4 | 8;
export type AluOperation =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'or'
  | 'and'
  | 'shl'
  | 'shr'
  | 'mod'
  | 'xor'
  | 'sar';
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
  | 'set';
export type AtomicOperation = 'add' | 'or' | 'and' | 'xor' | 'exchange' | 'compareExchange';

/** Where memory is, so far as known. `other`: any of them. */
export type Space = 'packet' | 'context' | 'mapValue' | 'mapKey' | 'stack' | 'other';

export interface Memory {
  readonly base: Input;
  readonly offset: number;
  readonly size: Size;
  readonly space: Space;
}

/** Three-address operations. Registers hold zero-extended values; `d` is the register written. */
export type Operation =
  | { readonly kind: 'argument'; readonly d: number; readonly index: number }
  /** Width 32 cuts to 32 bits. */
  | { readonly kind: 'move'; readonly d: number; readonly width: Width; readonly source: Input }
  | {
      readonly kind: 'alu';
      readonly d: number;
      readonly operation: AluOperation;
      readonly width: Width;
      readonly left: Input;
      readonly right: Input;
    }
  | { readonly kind: 'negate'; readonly d: number; readonly width: Width; readonly source: Input }
  /** Network to host order and back; upper bits are cleared. */
  | {
      readonly kind: 'swap';
      readonly d: number;
      readonly bits: 16 | 32 | 64;
      readonly source: Input;
    }
  | ({ readonly kind: 'load'; readonly d: number } & Memory)
  | ({ readonly kind: 'store'; readonly value: Input } & Memory)
  /** The slot holds nothing of interest yet: it may share its place with slots used before. */
  | { readonly kind: 'begin'; readonly slot: FrameSlot }
  /** Zeroes the bytes of a frame slot whose bits are set in `bytes`. */
  | { readonly kind: 'zero'; readonly slot: FrameSlot; readonly bytes: bigint }
  | ({
      readonly kind: 'atomic';
      readonly operation: AtomicOperation;
      readonly value: Input;
      readonly expected?: Input;
      /** The old value, if wanted. */
      readonly d?: number;
    } & Memory)
  | {
      readonly kind: 'call';
      /** The result, if wanted. */
      readonly d?: number;
      readonly target: Helper | FunctionIr;
      readonly inputs: readonly Input[];
    };

export type Terminator =
  | { readonly kind: 'jump'; readonly target: Block }
  | {
      readonly kind: 'branch';
      readonly comparison: Comparison;
      readonly width: Width;
      readonly left: Input;
      readonly right: Input;
      readonly whenTrue: Block;
      readonly whenFalse: Block;
    }
  | { readonly kind: 'return'; readonly value: Input };

export type Instruction = Operation & { readonly origin: Origin };
export type BlockEnd = Terminator & { readonly origin: Origin };
