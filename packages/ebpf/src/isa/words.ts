import type { Instruction } from '../program/program.ts';

/** A constant that stands for bits: hexadecimal from ten on. */
export const describeBits = (bits: number): string =>
  bits >= 0 && bits < 10 ? `${bits}` : `0x${(bits >>> 0).toString(16)}`;

/** An address as the kernel prints it: `(r1 + 8)`, `(r10 - 16)`. */
export const describeAddress = (register: number, offset: number): string =>
  `(r${register} ${offset < 0 ? '-' : '+'} ${Math.abs(offset)})`;

/** What stands in a listing for an opcode that this library does not know. */
export const unknownInstruction = ({ opcode }: Instruction): string =>
  `unknown opcode 0x${opcode.toString(16).padStart(2, '0')}`;
