import {
  accessMode,
  aluOperation,
  atomicOperation,
  callKind,
  instructionClass,
  jumpOperation,
  operandSource,
} from '../../isa/index.ts';
import type { Instruction } from '../../program/program.ts';

/** Registers as bits of a mask. */
interface RegisterUse {
  readonly reads: number;
  readonly writes: number;
}

/** Which registers an instruction needs to hold something, and which it gives something to. */
export function registerUse(
  instruction: Instruction,
  helperArguments: (id: number) => number,
): RegisterUse {
  const destination = 1 << instruction.destination;
  const source = 1 << instruction.source;
  switch (instruction.opcode & 7) {
    case instructionClass.loadImmediate:
      return { reads: 0, writes: destination };
    case instructionClass.load:
      return { reads: source, writes: destination };
    case instructionClass.storeImmediate:
      return { reads: destination, writes: 0 };
    case instructionClass.store:
      return storeUse(instruction, destination, source);
    case instructionClass.alu32:
    case instructionClass.alu64:
      return { reads: aluReads(instruction, destination, source), writes: destination };
    default:
      return jumpUse(instruction, destination, source, helperArguments);
  }
}

function storeUse(
  { opcode, immediate }: Instruction,
  destination: number,
  source: number,
): RegisterUse {
  const reads = destination | source;
  if ((opcode & 0xe0) !== accessMode.atomic) return { reads, writes: 0 };
  if (immediate === atomicOperation.compareExchange) return { reads: reads | 1, writes: 1 };
  return { reads, writes: 0 };
}

function aluReads({ opcode }: Instruction, destination: number, source: number): number {
  const operation = opcode & 0xf0;
  if (operation === aluOperation.end || operation === aluOperation.neg) return destination;
  const second = (opcode & 8) === operandSource.register ? source : 0;
  return operation === aluOperation.mov ? second : destination | second;
}

function jumpUse(
  { opcode, source: kind, immediate }: Instruction,
  destination: number,
  source: number,
  helperArguments: (id: number) => number,
): RegisterUse {
  const operation = opcode & 0xf0;
  if (operation === jumpOperation.always) return { reads: 0, writes: 0 };
  if (operation === jumpOperation.exit) return { reads: 1, writes: 0 };
  if (operation === jumpOperation.call) {
    const count = kind === callKind.function ? 0 : helperArguments(immediate);
    return { reads: ((1 << count) - 1) << 1, writes: 0 };
  }
  return {
    reads: destination | ((opcode & 8) === operandSource.register ? source : 0),
    writes: 0,
  };
}
