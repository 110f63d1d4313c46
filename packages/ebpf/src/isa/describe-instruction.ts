import type { Instruction } from '../program/program.ts';
import { describeAlu } from './describe-alu.ts';
import { describeJump } from './describe-jump.ts';
import { describeLoad, describeStore } from './describe-memory.ts';
import type { Names } from './names.ts';
import { instructionClass } from './opcodes.ts';

/**
 * One instruction as pseudo-C, in the manner of the kernel's verifier log and of bpftool. For the second slot
 * of a 64-bit immediate the empty string.
 */
export function describeInstruction(
  instructions: readonly Instruction[],
  index: number,
  names: Names,
): string {
  const instruction = instructions[index];
  if (instruction === undefined || instruction.opcode === 0) return '';
  switch (instruction.opcode & 7) {
    case instructionClass.loadImmediate:
    case instructionClass.load:
      return describeLoad(
        instruction,
        instructions[index + 1]?.immediate ?? 0,
        names.reference(index),
      );
    case instructionClass.storeImmediate:
    case instructionClass.store:
      return describeStore(instruction);
    case instructionClass.jump64:
    case instructionClass.jump32:
      return describeJump(instruction, index, names);
    default:
      return describeAlu(instruction);
  }
}
