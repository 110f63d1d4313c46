import type { FunctionIr } from '../ir/function.ts';
import type { FrameSlot, Input } from '../ir/input.ts';
import type { Instruction, Memory } from '../ir/instruction.ts';
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
  const note = (input: Input): void => {
    if (input.kind === 'frame') escaped.add(input.slot);
  };
  for (const block of ir.blocks) {
    for (const instruction of block.instructions) {
      if (instruction.kind === 'store') note(instruction.value);
      else if (instruction.kind === 'atomic') {
        note(instruction.value);
        if (instruction.expected !== undefined) note(instruction.expected);
      } else if (instruction.kind !== 'call' && instruction.kind !== 'load') {
        inputsOf(instruction).forEach(note);
      }
    }
    if (block.end !== undefined) inputsOf(block.end).forEach(note);
  }
  return escaped;
}

export function effectOf(instruction: Instruction): Effect | undefined {
  switch (instruction.kind) {
    case 'store':
    case 'atomic':
      return { kind: 'write', memory: instruction };
    case 'zero':
      return { kind: 'zero', slot: instruction.slot };
    case 'call': {
      const { target, inputs } = instruction;
      const helper = 'id' in target;
      if (helper && target.writes === 'none') return undefined;
      const slots = inputs.flatMap((input) => (input.kind === 'frame' ? [input.slot] : []));
      const everything = helper && target.writes === 'anything';
      return { kind: 'call', everything, slots: new Set(everything ? slots : []) };
    }
    case 'argument':
    case 'move':
    case 'alu':
    case 'negate':
    case 'swap':
    case 'load':
    case 'begin':
      return undefined;
  }
}

/** Whether a load may find something else after the effect. */
export function disturbs(
  effect: Effect,
  load: Memory,
  escaped: ReadonlySet<FrameSlot>,
): boolean {
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
    a.base.kind === 'register' &&
    b.base.kind === 'register' &&
    a.base.register === b.base.register;
  return !same || rangesMeet(a.offset, a.size, b.offset, b.size);
}

const rangesMeet = (a: number, sizeA: number, b: number, sizeB: number): boolean =>
  a < b + sizeB && b < a + sizeA;
