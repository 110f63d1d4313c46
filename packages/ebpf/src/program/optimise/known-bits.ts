import type { Input } from '../ir/input.ts';
import type { AluOperation, Instruction } from '../ir/instruction.ts';

type BitsOf = (input: Input) => bigint;
type Alu = Extract<Instruction, { kind: 'alu' }>;

const ones = (bits: number): bigint => (1n << BigInt(bits)) - 1n;
const everything = ones(64);

/**
 * Bits that the result of an instruction may have set. Nothing is claimed of byte swaps: the verifier of
 * kernel 6.1 forgets ranges there, so a mask that follows one must stay.
 */
export function bitsOf(instruction: Instruction, of: BitsOf): bigint {
  if (instruction.kind === 'load') return ones(instruction.size * 8);
  if (instruction.kind === 'move') return of(instruction.source) & ones(instruction.width);
  if (instruction.kind !== 'alu') return everything;
  const bits = aluBits[instruction.operation]?.(instruction, of) ?? everything;
  return bits & ones(instruction.width);
}

const either = ({ left, right }: Alu, of: BitsOf): bigint => of(left) | of(right);

const aluBits: Partial<Record<AluOperation, (alu: Alu, of: BitsOf) => bigint>> = {
  and: ({ left, right }, of) => of(left) & of(right),
  or: either,
  xor: either,
  shl: ({ left, right }, of) => (right.kind === 'constant' ? of(left) << right.value : everything),
  shr: ({ left, right, width }, of) =>
    right.kind === 'constant' ? (of(left) & ones(width)) >> right.value : everything,
};
