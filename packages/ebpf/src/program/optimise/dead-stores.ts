import type { Block, FunctionIr } from '../ir/function.ts';
import type { FrameSlot, Input } from '../ir/input.ts';
import type { Instruction, Memory } from '../ir/instruction.ts';
import { successors } from '../ir/uses.ts';
import { findEscaped } from './memory-effects.ts';

/** Bytes of each slot that may still be read, one bit for each. */
type Needed = Map<FrameSlot, bigint>;

/** Removes stores to the stack that are overwritten before anything reads them, byte by byte for zeroing. */
export function removeDeadStores(ir: FunctionIr): void {
  const escaped = findEscaped(ir);
  const needed = neededAtStarts(ir, escaped);
  for (const block of ir.blocks) {
    if (!block.instructions.some((instruction) => isStore(instruction))) continue;
    const bytes = neededAtEnd(block, needed);
    block.instructions = block.instructions
      .toReversed()
      .flatMap((instruction) => goBack(instruction, bytes, escaped) ?? [])
      .toReversed();
  }
}

/** The usual backward data flow, over the few instructions that touch the frame. */
function neededAtStarts(ir: FunctionIr, escaped: ReadonlySet<FrameSlot>): Map<Block, Needed> {
  const needed = new Map<Block, Needed>();
  const upwards = ir.blocks.toReversed().map((block) => ({
    block,
    instructions: block.instructions.filter(touchesFrame).toReversed(),
  }));
  for (let changed = true; changed;) {
    changed = false;
    for (const { block, instructions } of upwards) {
      const bytes = neededAtEnd(block, needed);
      for (const instruction of instructions) goBack(instruction, bytes, escaped);
      if (!same(bytes, needed.get(block))) changed = true;
      needed.set(block, bytes);
    }
  }
  return needed;
}

function neededAtEnd(block: Block, needed: ReadonlyMap<Block, Needed>): Needed {
  const [first, ...others] = successors(block);
  const result: Needed = new Map(first === undefined ? undefined : needed.get(first));
  for (const next of others) {
    for (const [slot, bytes] of needed.get(next) ?? []) need(result, slot, bytes);
  }
  return result;
}

const isStore = ({ kind }: Instruction): boolean => kind === 'zero' || kind === 'store';

function touchesFrame(instruction: Instruction): boolean {
  const { kind } = instruction;
  if (kind === 'begin' || kind === 'zero') return true;
  if (kind === 'call') return instruction.inputs.some((input) => input.kind === 'frame');
  return 'base' in instruction && instruction.base.kind === 'frame';
}

function same(a: Needed, b: Needed | undefined): boolean {
  if (b === undefined) return false;
  for (const [slot, bytes] of a) if ((b.get(slot) ?? 0n) !== bytes) return false;
  return a.size === b.size;
}

/** Updates what is needed before the instruction; gives what must stay of it. */
function goBack(
  instruction: Instruction,
  needed: Needed,
  escaped: ReadonlySet<FrameSlot>,
): Instruction | undefined {
  if (instruction.kind === 'zero' || instruction.kind === 'store') {
    return written(instruction, needed, escaped);
  }
  if (instruction.kind === 'begin') needed.set(instruction.slot, 0n);
  else if (instruction.kind === 'call') {
    for (const slot of slotsOf(instruction.inputs)) need(needed, slot, ones(slot.sizeBytes));
  } else if (instruction.kind === 'load' || instruction.kind === 'atomic') {
    const place = bytesOf(instruction);
    if (place !== undefined) need(needed, place.slot, place.bytes);
  }
  return instruction;
}

/** What must stay of a store. */
function written(
  store: Extract<Instruction, { kind: 'zero' | 'store' }>,
  needed: Needed,
  escaped: ReadonlySet<FrameSlot>,
): Instruction | undefined {
  const place = store.kind === 'zero' ? store : bytesOf(store);
  if (place === undefined || escaped.has(place.slot)) return store;
  const useful = place.bytes & take(needed, place.slot, place.bytes);
  if (useful === 0n) return undefined;
  return store.kind === 'zero' ? { ...store, bytes: useful } : store;
}

/** What was needed of a slot until some bytes are written. */
function take(needed: Needed, slot: FrameSlot, bytes: bigint): bigint {
  const before = needed.get(slot) ?? 0n;
  needed.set(slot, before & ~bytes);
  return before;
}

const ones = (count: number): bigint => (1n << BigInt(count)) - 1n;

const slotsOf = (inputs: readonly Input[]): FrameSlot[] =>
  inputs.flatMap((input) => (input.kind === 'frame' ? [input.slot] : []));

function need(needed: Needed, slot: FrameSlot, bytes: bigint): void {
  needed.set(slot, (needed.get(slot) ?? 0n) | bytes);
}

function bytesOf(memory: Memory): { slot: FrameSlot; bytes: bigint } | undefined {
  const { base, offset, size } = memory;
  if (base.kind !== 'frame') return undefined;
  return { slot: base.slot, bytes: ones(size) << BigInt(base.offset + offset) };
}
