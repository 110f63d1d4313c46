import type { MapDefinition } from '../../map/index.ts';
import type { Comparison, Width } from '../ir/instruction.ts';
import type { FunctionIr } from '../ir/function.ts';
import type { FrameSlot } from '../ir/input.ts';
import type { Origin } from '../origin.ts';

/** Registers of the machine are 0 to 10; those still to be assigned begin here. */
export const firstVirtual = 16;
/** r0 to r9. r10 is the frame pointer, which nobody writes. */
export const allocatable = 10;
export const framePointer = 10;

/** What the second slot of a 64-bit immediate, or a call, refers to. */
export type Reference =
  | { readonly kind: 'map' | 'value'; readonly map: MapDefinition; readonly offset: number }
  | { readonly kind: 'function'; readonly target: FunctionIr };

/** An instruction of the machine, whose registers may still be virtual. */
export interface MachineInstruction {
  readonly form:
    | 'plain'
    /** A copy of all 64 bits between registers. */
    | 'move'
    /** A 64-bit immediate: two slots. */
    | 'wide'
    /** The address of a frame slot: a copy of r10 and an addition. */
    | 'frameAddress'
    /** Nothing: what the slot held before is not needed any more. */
    | 'begin';
  readonly opcode: number;
  readonly destination: number;
  readonly source: number;
  readonly offset: number;
  readonly immediate: bigint;
  /** Registers read and written, besides r10. A call writes r0 to r5. */
  readonly uses: readonly number[];
  readonly defs: readonly number[];
  /** `offset` (or for an address `immediate`) counts from the start of this slot. */
  readonly slot?: FrameSlot;
  /** For a call: slots that it may read or write. */
  readonly touches?: readonly FrameSlot[];
  readonly reference?: Reference;
  readonly origin: Origin;
}

export type MachineEnd = { readonly origin: Origin } & (
  | { readonly kind: 'exit' }
  | { readonly kind: 'jump'; readonly target: MachineBlock }
  | {
      readonly kind: 'branch';
      readonly comparison: Comparison;
      readonly width: Width;
      readonly left: number;
      readonly right: { readonly register: number } | { readonly immediate: bigint };
      readonly whenTrue: MachineBlock;
      readonly whenFalse: MachineBlock;
    }
);

export interface MachineBlock {
  readonly id: number;
  readonly cold: boolean;
  readonly loopDepth: number;
  instructions: MachineInstruction[];
  end: MachineEnd;
}

export interface MachineFunction {
  readonly ir: FunctionIr;
  blocks: MachineBlock[];
  /** One more than the greatest register number in use. */
  registers: number;
}

/** The same instruction on other registers. */
export const rename = (
  instruction: MachineInstruction,
  to: (register: number) => number,
): MachineInstruction => ({
  ...instruction,
  destination: to(instruction.destination),
  source: to(instruction.source),
  uses: instruction.uses.map(to),
  defs: instruction.defs.map(to),
});

export const endUses = (end: MachineEnd): readonly number[] => {
  if (end.kind === 'exit') return [0];
  if (end.kind === 'jump') return [];
  return 'register' in end.right ? [end.left, end.right.register] : [end.left];
};

export const endTargets = (end: MachineEnd): readonly MachineBlock[] => {
  if (end.kind === 'exit') return [];
  return end.kind === 'jump' ? [end.target] : [end.whenTrue, end.whenFalse];
};

/** How often a block is taken to run, for weighing registers against each other. */
export const frequency = (block: MachineBlock): number =>
  (block.cold ? 0.01 : 1) * 10 ** block.loopDepth;
