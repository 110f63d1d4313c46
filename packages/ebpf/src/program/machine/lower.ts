import type { Block, FunctionIr } from '../ir/function.ts';
import { compare } from '../ir/evaluate.ts';
import type { BlockEnd, Instruction } from '../ir/instruction.ts';
import { LoweredBlock } from './lowered-block.ts';
import { lowerAlu, lowerAtomic, lowerCall, lowerZero } from './lower-operation.ts';
import * as make from './make.ts';
import {
  firstVirtual,
  type MachineBlock,
  type MachineEnd,
  type MachineFunction,
} from './instruction.ts';

/** Chooses machine instructions. Registers stay virtual, except where the machine prescribes one. */
export function lower(ir: FunctionIr): MachineFunction {
  const result: MachineFunction = { ir, blocks: [], registers: firstVirtual + ir.registerCount };
  const blocks = new Map<Block, MachineBlock>();
  for (const block of ir.blocks) {
    const { id, cold, loopDepth } = block;
    const end: MachineEnd = { kind: 'exit', origin: originOf(block) };
    const made = { id, cold, loopDepth, instructions: [], end };
    blocks.set(block, made);
    result.blocks.push(made);
  }
  const find = (block: Block): MachineBlock => {
    const found = blocks.get(block);
    if (found === undefined) throw new Error(`block ${block.id} is not part of ${ir.name}`);
    return found;
  };
  for (const block of ir.blocks) {
    const into = new LoweredBlock(result);
    for (const instruction of block.instructions) lowerInstruction(into, instruction);
    const made = find(block);
    if (block.end !== undefined) made.end = lowerEnd(into, block.end, find);
    made.instructions = into.instructions;
  }
  return result;
}

function originOf(block: Block): BlockEnd['origin'] {
  if (block.end === undefined) throw new Error(`block ${block.id} has no end`);
  return block.end.origin;
}

type Lowerings = {
  readonly [K in Instruction['kind']]: (
    into: LoweredBlock,
    instruction: Extract<Instruction, { kind: K }>,
  ) => void;
};

const lowerings: Lowerings = {
  argument(into, { d, index, origin }) {
    into.push(make.moveRegister(origin, into.virtual(d), index + 1));
  },
  move(into, { d, width, source, origin }) {
    if (width === 64) into.put(source, into.virtual(d));
    else into.push(make.cutRegister(origin, into.virtual(d), into.register(source)));
  },
  alu: lowerAlu,
  negate(into, { d, width, source, origin }) {
    into.put(source, into.virtual(d));
    into.push(make.negate(origin, width, into.virtual(d)));
  },
  swap(into, { d, bits, source, origin }) {
    into.put(source, into.virtual(d));
    into.push(make.swapBytes(origin, bits, into.virtual(d)));
  },
  load(into, instruction) {
    const { d, size, origin } = instruction;
    into.push(make.load(origin, size, into.virtual(d), into.place(instruction)));
  },
  store(into, instruction) {
    into.store(instruction, instruction.value);
  },
  begin(into, { slot, origin }) {
    into.push(make.beginSlot(origin, slot));
  },
  zero: lowerZero,
  atomic: lowerAtomic,
  call: lowerCall,
};

function lowerInstruction(into: LoweredBlock, instruction: Instruction): void {
  into.origin = instruction.origin;
  const lowering = lowerings[instruction.kind];
  (lowering as (into: LoweredBlock, instruction: Instruction) => void)(into, instruction);
}

function lowerEnd(
  into: LoweredBlock,
  end: BlockEnd,
  find: (block: Block) => MachineBlock,
): MachineEnd {
  const { origin } = end;
  into.origin = origin;
  if (end.kind === 'jump') return { kind: 'jump', origin, target: find(end.target) };
  if (end.kind === 'return') {
    into.put(end.value, 0);
    return { kind: 'exit', origin };
  }
  const { comparison, width, left, right } = end;
  const [whenTrue, whenFalse] = [find(end.whenTrue), find(end.whenFalse)];
  if (left.kind === 'constant' && right.kind === 'constant') {
    const holds = compare(comparison, width, left.value, right.value);
    return { kind: 'jump', origin, target: holds ? whenTrue : whenFalse };
  }
  const immediate = into.immediate(right, width);
  return {
    kind: 'branch',
    origin,
    comparison,
    width,
    left: into.register(left),
    right: immediate === undefined ? { register: into.register(right) } : { immediate },
    whenTrue,
    whenFalse,
  };
}
