import type { Block } from './function.ts';
import type { Input } from './input.ts';
import type { BlockEnd, Instruction } from './instruction.ts';

/** Everything an instruction or block end reads, in a fixed order. */
export function inputsOf(instruction: Instruction | BlockEnd): readonly Input[] {
  switch (instruction.kind) {
    case 'move':
    case 'negate':
    case 'swap':
      return [instruction.source];
    case 'alu':
    case 'branch':
      return [instruction.left, instruction.right];
    case 'load':
      return [instruction.base];
    case 'store':
      return [instruction.base, instruction.value];
    case 'atomic':
      return instruction.expected === undefined
        ? [instruction.base, instruction.value]
        : [instruction.base, instruction.value, instruction.expected];
    case 'call':
      return instruction.inputs;
    case 'return':
      return [instruction.value];
    case 'argument':
    case 'begin':
    case 'zero':
    case 'jump':
      return [];
  }
}

/** The register an instruction writes. */
export function definition(instruction: Instruction): number | undefined {
  return 'd' in instruction ? instruction.d : undefined;
}

export function successors(block: Block): readonly Block[] {
  const end = block.end;
  if (end === undefined || end.kind === 'return') return [];
  return end.kind === 'jump' ? [end.target] : [end.whenTrue, end.whenFalse];
}

/** The same instruction, reading something else. */
export function mapInputs<I extends Instruction | BlockEnd>(
  instruction: I,
  change: (input: Input) => Input,
): I;
export function mapInputs(
  instruction: Instruction | BlockEnd,
  change: (input: Input) => Input,
): Instruction | BlockEnd {
  switch (instruction.kind) {
    case 'move':
    case 'negate':
    case 'swap':
      return { ...instruction, source: change(instruction.source) };
    case 'alu':
    case 'branch':
      return { ...instruction, left: change(instruction.left), right: change(instruction.right) };
    case 'load':
      return { ...instruction, base: change(instruction.base) };
    case 'store':
      return { ...instruction, base: change(instruction.base), value: change(instruction.value) };
    case 'atomic':
      return {
        ...instruction,
        base: change(instruction.base),
        value: change(instruction.value),
        ...(instruction.expected === undefined ? {} : { expected: change(instruction.expected) }),
      };
    case 'call':
      return { ...instruction, inputs: instruction.inputs.map(change) };
    case 'return':
      return { ...instruction, value: change(instruction.value) };
    case 'argument':
    case 'begin':
    case 'zero':
    case 'jump':
      return instruction;
  }
}
