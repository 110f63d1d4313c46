import type { MapDefinition } from '../../map/index.ts';
import type { FunctionIr } from './function.ts';

/** A piece of a function's stack frame. Its place is chosen last. */
export interface FrameSlot {
  readonly id: number;
  readonly sizeBytes: number;
}

/**
 * What an operation reads. Only registers compete for machine registers; everything else is cheap enough
 * to be made where it is needed.
 */
export type Input =
  | { readonly kind: 'register'; readonly register: number }
  | { readonly kind: 'constant'; readonly value: bigint }
  | { readonly kind: 'frame'; readonly slot: FrameSlot; readonly offset: number }
  | {
      readonly kind: 'map';
      readonly map: MapDefinition;
      readonly reference: 'map' | 'value';
      readonly offset: number;
    }
  | { readonly kind: 'function'; readonly target: FunctionIr };

export const inRegister = (register: number): Input => ({ kind: 'register', register });

/** A constant, kept as 64 unsigned bits. */
export const constant = (value: bigint | number): Input => ({
  kind: 'constant',
  value: BigInt.asUintN(64, BigInt(value)),
});

export const inFrame = (slot: FrameSlot, offset = 0): Input => ({ kind: 'frame', slot, offset });

/** Text that is the same exactly for inputs that mean the same. */
export function inputKey(input: Input, mapNumber: (map: MapDefinition) => number): string {
  switch (input.kind) {
    case 'register':
      return `r${input.register}`;
    case 'constant':
      return `#${input.value}`;
    case 'frame':
      return `f${input.slot.id}+${input.offset}`;
    case 'map':
      return `m${mapNumber(input.map)}${input.reference}${input.offset}`;
    case 'function':
      return `&${input.target.name}`;
  }
}
