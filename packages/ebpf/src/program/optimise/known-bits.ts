import type { Input } from '../ir/input.ts';
import type { Instruction } from '../ir/instruction.ts';

const ones = (bits: number): bigint => (1n << BigInt(bits)) - 1n;
const everything = ones(64);

/**
 * Bits that the result of an instruction may have set. Nothing is claimed of byte swaps: the verifier of
 * kernel 6.1 forgets ranges there, so a mask that follows one must stay.
 */
export function bitsOf(instruction: Instruction, of: (input: Input) => bigint): bigint {
  switch (instruction.kind) {
    case 'load':
      return instruction.space === 'context' ? everything : ones(instruction.size * 8);
    case 'move':
      return of(instruction.source) & ones(instruction.width);
    case 'alu':
      return aluBits(instruction, of) & ones(instruction.width);
    default:
      return everything;
  }
}

function aluBits(
  alu: Extract<Instruction, { kind: 'alu' }>,
  of: (input: Input) => bigint,
): bigint {
  const { operation, left, right } = alu;
  switch (operation) {
    case 'and':
      return of(left) & of(right);
    case 'or':
    case 'xor':
      return of(left) | of(right);
    case 'shl':
      return right.kind === 'constant' ? of(left) << right.value : everything;
    case 'shr':
      return right.kind === 'constant'
        ? (of(left) & ones(alu.width)) >> right.value
        : everything;
    default:
      return everything;
  }
}
