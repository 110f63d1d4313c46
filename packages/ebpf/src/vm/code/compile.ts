import {
  accessMode,
  aluOperation,
  disassembleAt,
  instructionClass,
  loadImmediate64,
  operandSource,
  accessSize,
  type AccessSize,
  type AluOperation,
} from '../../isa/index.ts';
import type { Instruction, Program } from '../../program/program.ts';
import type { Code, Step } from '../cpu.ts';
import { helperArguments } from '../helpers/index.ts';
import { Violation } from '../memory/violation.ts';
import { alu32ImmediateStep, alu32Operations, alu32Step } from './alu32.ts';
import { alu64ImmediateStep, alu64Operations, alu64Step } from './alu64.ts';
import { atomicStep } from './atomic.ts';
import { swapStep } from './byte-swap.ts';
import { flowStep } from './flow.ts';
import { wideImmediateStep, type FindMap } from './immediate.ts';
import { loadStep, storeImmediateStep, storeStep, type AccessPlace } from './load-store.ts';
import { registerUse } from './register-use.ts';

const sizes = new Map<number, AccessSize>(
  Object.entries(accessSize).map(([name, code]) => [code, name as AccessSize]),
);
const operations = new Map<number, AluOperation>(
  Object.entries(aluOperation).map(([name, code]) => [code, name as AluOperation]),
);

/**
 * Turns each instruction into a function with its registers and constants built in. An instruction that does
 * not exist becomes one that throws.
 */
export function compile(program: Program, findMap: FindMap): Code {
  const { instructions } = program;
  const uses = instructions.map((instruction) => registerUse(instruction, helperArguments));
  return {
    steps: instructions.map(
      (_, index) => stepAt(program, index, findMap) ?? unknownStep(program, index),
    ),
    reads: Int32Array.from(uses, (use) => use.reads),
    writes: Int32Array.from(uses, (use) => use.writes),
  };
}

function stepAt(program: Program, index: number, findMap: FindMap): Step | undefined {
  const instruction = program.instructions[index];
  if (instruction === undefined || instruction.opcode === 0) return undefined;
  switch (instruction.opcode & 7) {
    case instructionClass.loadImmediate:
      return instruction.opcode === loadImmediate64
        ? wideImmediateStep(program, index, findMap)
        : undefined;
    case instructionClass.load:
    case instructionClass.storeImmediate:
    case instructionClass.store:
      return memoryStep(instruction, index + 1);
    case instructionClass.alu32:
    case instructionClass.alu64:
      return aluStep(instruction, index + 1);
    default:
      return flowStep(program, instruction, index);
  }
}

function aluStep(instruction: Instruction, next: number): Step | undefined {
  const { opcode, destination, source, immediate } = instruction;
  const name = operations.get(opcode & 0xf0);
  const fromRegister = (opcode & 8) === operandSource.register;
  const is32 = (opcode & 7) === instructionClass.alu32;
  if (name === undefined) return undefined;
  if (name === 'end') {
    return is32
      ? swapStep(fromRegister ? 'big' : 'little', destination, immediate, next)
      : undefined;
  }
  if (is32) {
    return fromRegister
      ? alu32Step(alu32Operations[name], destination, source, next)
      : alu32ImmediateStep(alu32Operations[name], destination, immediate, next);
  }
  return fromRegister
    ? alu64Step(alu64Operations[name], destination, source, next)
    : alu64ImmediateStep(alu64Operations[name], destination, immediate, next);
}

function memoryStep(instruction: Instruction, next: number): Step | undefined {
  const { opcode, destination, source, offset, immediate } = instruction;
  const kind = opcode & 7;
  const size = sizes.get(opcode & 0x18);
  if (size === undefined) return undefined;
  const base = kind === instructionClass.load ? source : destination;
  const place: AccessPlace = { size, base, offset, next };
  const mode = opcode & 0xe0;
  if (mode === accessMode.atomic) return atomicMemoryStep(instruction, place);
  if (mode !== accessMode.memory) return undefined;
  if (kind === instructionClass.load) return loadStep(destination, place);
  return kind === instructionClass.store
    ? storeStep(source, place)
    : storeImmediateStep(immediate, place);
}

function atomicMemoryStep(
  { opcode, source, immediate }: Instruction,
  place: AccessPlace,
): Step | undefined {
  const possible =
    (opcode & 7) === instructionClass.store && (place.size === 'u32' || place.size === 'u64');
  return possible ? atomicStep(immediate, source, place) : undefined;
}

const unknownStep =
  (program: Program, index: number): Step =>
  () => {
    throw new Violation(
      program.instructions[index]?.opcode === 0
        ? 'a jump into the middle of a 64-bit immediate'
        : `${disassembleAt(program, index)} is not an instruction of Linux 6.1`,
    );
  };
