import type { FunctionIr } from '../ir/function.ts';
import type { FrameSlot, Input } from '../ir/input.ts';
import type { BlockEnd, Instruction, Memory } from '../ir/instruction.ts';
import { inputsOf } from '../ir/uses.ts';

/** What an instruction may change. */
export type Effect =
  | { readonly kind: 'write'; readonly memory: Memory }
  | { readonly kind: 'zero'; readonly slot: FrameSlot }
  | {
      readonly kind: 'call';
      /** Whether it may write the packet and the context, or only map values. */
      readonly everything: boolean;
      readonly slots: ReadonlySet<FrameSlot>;
    };

/** Slots whose address is kept in a register: anything may be done to them through it. */
export function findEscaped(ir: FunctionIr): Set<FrameSlot> {
  const escaped = new Set<FrameSlot>();
  for (const block of ir.blocks) {
    const readers =
      block.end === undefined ? block.instructions : [...block.instructions, block.end];
    for (const reader of readers) {
      for (const input of kept(reader)) if (input.kind === 'frame') escaped.add(input.slot);
    }
  }
  return escaped;
}

/** What an instruction reads, apart from addresses that it only uses and forgets. */
function kept(reader: Instruction | BlockEnd): readonly Input[] {
  if (reader.kind === 'call') return [];
  const inputs = inputsOf(reader);
  return 'base' in reader ? inputs.slice(1) : inputs;
}

/** What an instruction may do to memory; undefined for nothing. */
export function effectOf(instruction: Instruction): Effect | undefined {
  if (instruction.kind === 'store' || instruction.kind === 'atomic') {
    return { kind: 'write', memory: instruction };
  }
  if (instruction.kind === 'zero') return { kind: 'zero', slot: instruction.slot };
  return instruction.kind === 'call' ? effectOfCall(instruction) : undefined;
}

function effectOfCall({
  target,
  inputs,
}: Extract<Instruction, { kind: 'call' }>): Effect | undefined {
  const writes = 'id' in target ? target.writes : writesOf(target);
  if (writes === 'none') return undefined;
  const everything = writes === 'anything';
  const slots = inputs.flatMap((input) => (input.kind === 'frame' ? [input.slot] : []));
  return { kind: 'call', everything, slots: new Set(everything ? slots : []) };
}

/** A subprogram may write whatever it is given. */
const writesOf = ({ parameters }: FunctionIr): 'maps' | 'anything' =>
  parameters?.every(({ kind }) => kind === 'scalar') === true ? 'maps' : 'anything';

/** Whether a load may find something else after the effect. */
export function disturbs(effect: Effect, load: Memory, escaped: ReadonlySet<FrameSlot>): boolean {
  const slot = load.base.kind === 'frame' ? load.base.slot : undefined;
  if (effect.kind === 'zero') {
    return slot === effect.slot || (slot === undefined && escaped.has(effect.slot));
  }
  if (effect.kind === 'call') {
    if (slot !== undefined) return effect.slots.has(slot) || escaped.has(slot);
    return effect.everything || (load.space !== 'packet' && load.space !== 'context');
  }
  return overlap(effect.memory, load, escaped);
}

function overlap(a: Memory, b: Memory, escaped: ReadonlySet<FrameSlot>): boolean {
  if (a.base.kind === 'frame' && b.base.kind === 'frame') {
    if (a.base.slot !== b.base.slot) return false;
    return rangesMeet(a.base.offset + a.offset, a.size, b.base.offset + b.offset, b.size);
  }
  for (const memory of [a, b]) {
    if (memory.base.kind === 'frame') return escaped.has(memory.base.slot);
  }
  if (a.space !== b.space && a.space !== 'other' && b.space !== 'other') return false;
  const same =
    a.base.kind === 'register' && b.base.kind === 'register' && a.base.register === b.base.register;
  return !same || rangesMeet(a.offset, a.size, b.offset, b.size);
}

const rangesMeet = (a: number, sizeA: number, b: number, sizeB: number): boolean =>
  a < b + sizeB && b < a + sizeA;
