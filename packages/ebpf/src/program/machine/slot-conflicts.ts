import { instructionClass } from '../../isa/index.ts';
import type { FrameSlot } from '../ir/input.ts';
import {
  endTargets,
  type MachineBlock,
  type MachineFunction,
  type MachineInstruction,
} from './instruction.ts';

export type Conflicts = ReadonlyMap<FrameSlot, ReadonlySet<FrameSlot>>;

/**
 * Which slots of the frame hold something needed at the same time. A slot is needed from its first write after
 * its beginning to its last read; one whose address is kept in a register (`escaped`), always.
 */
export function findConflicts(code: MachineFunction, escaped: ReadonlySet<FrameSlot>): Conflicts {
  const conflicts = new Map<FrameSlot, Set<FrameSlot>>();
  for (const slot of usedSlots(code)) conflicts.set(slot, new Set());
  const conflict = (a: FrameSlot, others: Iterable<FrameSlot>): void => {
    for (const b of others) {
      if (a === b) continue;
      conflicts.get(a)?.add(b);
      conflicts.get(b)?.add(a);
    }
  };
  for (const slot of escaped) if (conflicts.has(slot)) conflict(slot, conflicts.keys());
  const liveIn = new Map<MachineBlock, ReadonlySet<FrameSlot>>();
  for (let changed = true; changed;) {
    changed = false;
    for (const block of code.blocks.toReversed()) {
      const live = new Set(endTargets(block.end).flatMap((next) => [...(liveIn.get(next) ?? [])]));
      for (const instruction of block.instructions.toReversed()) step(instruction, live, conflict);
      if (live.size !== (liveIn.get(block)?.size ?? 0)) changed = true;
      liveIn.set(block, live);
    }
  }
  return conflicts;
}

function usedSlots(code: MachineFunction): Set<FrameSlot> {
  const used = new Set<FrameSlot>();
  for (const block of code.blocks) {
    for (const { slot, form, touches } of block.instructions) {
      if (slot !== undefined && form !== 'begin') used.add(slot);
      for (const touched of touches ?? []) used.add(touched);
    }
  }
  return used;
}

/** Goes backwards over one instruction. */
function step(
  instruction: MachineInstruction,
  live: Set<FrameSlot>,
  conflict: (slot: FrameSlot, others: Iterable<FrameSlot>) => void,
): void {
  const { slot, form, touches } = instruction;
  if (touches !== undefined) {
    for (const touched of touches) live.add(touched);
    for (const touched of touches) conflict(touched, live);
  }
  if (slot === undefined || form === 'frameAddress') return;
  if (form === 'begin') live.delete(slot);
  else if (!isStore(instruction)) live.add(slot);
  else {
    conflict(slot, live);
    if (storedBytes(instruction) >= slot.sizeBytes) live.delete(slot);
  }
}

/** An atomic operation reads as well. */
const isStore = ({ opcode }: MachineInstruction): boolean => {
  const kind = opcode & 7;
  const atomic = (opcode & 0xe0) === 0xc0;
  return !atomic && (kind === instructionClass.store || kind === instructionClass.storeImmediate);
};

const storedBytes = ({ opcode }: MachineInstruction): number =>
  [4, 2, 1, 8][(opcode >> 3) & 3] ?? 0;
