import type { Instruction } from '../program/program.ts';
import { aluOperation, instructionClass, operandSource } from './opcodes.ts';
import { describeBits, unknownInstruction } from './words.ts';

const signs = new Map<number, string>([
  [aluOperation.add, '+='],
  [aluOperation.sub, '-='],
  [aluOperation.mul, '*='],
  [aluOperation.div, '/='],
  [aluOperation.or, '|='],
  [aluOperation.and, '&='],
  [aluOperation.shl, '<<='],
  [aluOperation.shr, '>>='],
  [aluOperation.mod, '%='],
  [aluOperation.xor, '^='],
  [aluOperation.mov, '='],
  [aluOperation.arsh, 's>>='],
]);
const bitwise: readonly number[] = [aluOperation.or, aluOperation.and, aluOperation.xor];

/** `r1 += r2`, `w0 = 2`, `r3 = be16 r3`. Registers are `w` where only the lower half takes part. */
export function describeAlu(instruction: Instruction): string {
  const { opcode, destination, source, immediate } = instruction;
  const operation = opcode & 0xf0;
  const letter = (opcode & 7) === instructionClass.alu64 ? 'r' : 'w';
  const fromRegister = (opcode & 8) === operandSource.register;
  if (operation === aluOperation.neg) return `${letter}${destination} = -${letter}${destination}`;
  if (operation === aluOperation.end) {
    return `r${destination} = ${fromRegister ? 'be' : 'le'}${immediate} r${destination}`;
  }
  const sign = signs.get(operation);
  if (sign === undefined) return unknownInstruction(instruction);
  const number = bitwise.includes(operation) ? describeBits(immediate) : `${immediate}`;
  return `${letter}${destination} ${sign} ${fromRegister ? `${letter}${source}` : number}`;
}
