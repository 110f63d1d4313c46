import type { Instruction, Program } from '../program/program.ts';
import {
  accessMode,
  accessSize,
  aluOperation,
  atomicOperation,
  callKind,
  immediateKind,
  instructionClass,
  jumpOperation,
  loadImmediate64,
  operandSource,
  type AccessSize,
  type AluOperation,
  type JumpOperation,
} from './opcodes.ts';

/** A register as the second operand; a plain number there is a constant. */
export interface Register {
  readonly register: number;
}
type Operand = number | Register;

const instruction = (
  opcode: number,
  destination = 0,
  source = 0,
  offset = 0,
  immediate = 0,
): Instruction => ({ opcode, destination, source, offset, immediate });

/** Register n, for the place of a second operand. */
export const r = (register: number): Register => ({ register });

const withOperand = (
  opcode: number,
  destination: number,
  operand: Operand,
  offset = 0,
): Instruction =>
  typeof operand === 'number'
    ? instruction(opcode | operandSource.immediate, destination, 0, offset, operand)
    : instruction(opcode | operandSource.register, destination, operand.register, offset);

/** Arithmetic on all 64 bits. */
export const alu64 = (name: AluOperation, destination: number, operand: Operand = 0): Instruction =>
  withOperand(instructionClass.alu64 | aluOperation[name], destination, operand);

/** Arithmetic on the lower 32 bits; the upper ones become zero. */
export const alu32 = (name: AluOperation, destination: number, operand: Operand = 0): Instruction =>
  withOperand(instructionClass.alu32 | aluOperation[name], destination, operand);

/** Byte swap to big- or little-endian of the lower 16, 32 or 64 bits. */
export const swap = (to: 'be' | 'le', destination: number, bits: 16 | 32 | 64): Instruction =>
  instruction(
    instructionClass.alu32 |
      aluOperation.end |
      (to === 'be' ? operandSource.register : operandSource.immediate),
    destination,
    0,
    0,
    bits,
  );

/** Jumps over `skip` slots if the comparison holds. */
export const jump = (
  name: JumpOperation,
  destination: number,
  operand: Operand,
  skip: number,
): Instruction =>
  withOperand(instructionClass.jump64 | jumpOperation[name], destination, operand, skip);
export const jump32 = (
  name: JumpOperation,
  destination: number,
  operand: Operand,
  skip: number,
): Instruction =>
  withOperand(instructionClass.jump32 | jumpOperation[name], destination, operand, skip);

export const load = (
  size: AccessSize,
  destination: number,
  base: number,
  offset: number,
): Instruction =>
  instruction(
    instructionClass.load | accessMode.memory | accessSize[size],
    destination,
    base,
    offset,
  );

export const store = (
  size: AccessSize,
  base: number,
  offset: number,
  value: Operand,
): Instruction =>
  typeof value === 'number'
    ? instruction(
        instructionClass.storeImmediate | accessMode.memory | accessSize[size],
        base,
        0,
        offset,
        value,
      )
    : instruction(
        instructionClass.store | accessMode.memory | accessSize[size],
        base,
        value.register,
        offset,
      );

/** `fetch` asks for the old value in the source register. */
export const atomic = (
  size: 'u32' | 'u64',
  name: Exclude<keyof typeof atomicOperation, 'fetch'>,
  base: number,
  offset: number,
  source: number,
  fetch = false,
): Instruction =>
  instruction(
    instructionClass.store | accessMode.atomic | accessSize[size],
    base,
    source,
    offset,
    atomicOperation[name] | (fetch ? atomicOperation.fetch : 0),
  );

/** A 64-bit constant: two slots. */
export const wide = (destination: number, value: bigint, kind = 0): Instruction[] => [
  instruction(loadImmediate64, destination, kind, 0, Number(BigInt.asIntN(32, value))),
  instruction(0, 0, 0, 0, Number(BigInt.asIntN(32, value >> 32n))),
];

/** A reference to a map, for the loader to fill in: two slots. */
export const mapReference = (destination: number, kind: 'map' | 'value' = 'map'): Instruction[] =>
  wide(destination, 0n, kind === 'map' ? immediateKind.map : immediateKind.mapValue);

/** The address of the function `distance` slots after the next one: two slots. */
export const functionReference = (destination: number, distance: number): Instruction[] =>
  wide(destination, BigInt(distance), immediateKind.function);

export const callHelper = (id: number): Instruction =>
  instruction(instructionClass.jump64 | jumpOperation.call, 0, callKind.helper, 0, id);
export const callFunction = (distance: number): Instruction =>
  instruction(instructionClass.jump64 | jumpOperation.call, 0, callKind.function, 0, distance);
export const exit = (): Instruction => instruction(instructionClass.jump64 | jumpOperation.exit);

/** An XDP program of hand-written instructions; `parts` replaces what the defaults do not fit. */
export const assemble = (
  instructions: readonly (Instruction | readonly Instruction[])[],
  parts: Partial<Omit<Program, 'instructions'>> = {},
): Program => ({
  kind: 'xdp',
  name: 'sample',
  license: 'Dual MIT/GPL',
  instructions: instructions.flat(),
  relocations: [],
  functions: [{ name: parts.name ?? 'sample', at: 0 }],
  origins: [],
  maps: [...new Set(parts.relocations?.map((relocation) => relocation.map))],
  stackBytes: 0,
  contextBytes: 0,
  ...parts,
});
