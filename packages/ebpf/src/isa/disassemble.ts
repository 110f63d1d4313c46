import type { Instruction, MapRelocation, Program } from '../program/program.ts';
import { describeInstruction } from './describe-instruction.ts';
import type { Names } from './names.ts';
import { immediateKind, instructionClass, jumpOperation, loadImmediate64 } from './opcodes.ts';

/**
 * The whole program as text, one line per instruction under a header per function, with labels for jump
 * targets and the names of maps, functions and helpers. It holds no numbers that change with unrelated code.
 */
export function disassemble(program: Program): string {
  const labels = jumpLabels(program);
  const names = namesOf(program, labels);
  const functions = new Map(program.functions.map((entry) => [entry.at, entry.name]));
  const lines: string[] = [];
  for (const index of program.instructions.keys()) {
    const header = functions.get(index);
    if (header !== undefined) lines.push(...(index === 0 ? [] : ['']), `${header}:`);
    const label = labels.get(index);
    if (label !== undefined) lines.push(`${label}:`);
    const line = describeInstruction(program.instructions, index, names);
    if (line !== '') lines.push(`  ${line}`);
  }
  return lines.join('\n');
}

/** The line of `disassemble` for one instruction, without indentation. */
export const disassembleAt = (program: Program, index: number): string =>
  describeInstruction(program.instructions, index, namesOf(program, jumpLabels(program)));

/** Labels L1, L2, … in order of code, starting again in every function. */
function jumpLabels(program: Program): ReadonlyMap<number, string> {
  const targets = new Set(program.instructions.map(jumpTarget));
  const functions = new Set(program.functions.map((entry) => entry.at));
  const labels = new Map<number, string>();
  let count = 0;
  for (const index of program.instructions.keys()) {
    if (functions.has(index)) count = 0;
    if (targets.has(index)) labels.set(index, `L${++count}`);
  }
  return labels;
}

function jumpTarget({ opcode, offset }: Instruction, index: number): number | undefined {
  const kind = opcode & 7;
  if (kind !== instructionClass.jump64 && kind !== instructionClass.jump32) return undefined;
  const operation = opcode & 0xf0;
  if (operation === jumpOperation.call || operation === jumpOperation.exit) return undefined;
  return index + 1 + offset;
}

function namesOf(program: Program, labels: ReadonlyMap<number, string>): Names {
  const relocations = new Map(program.relocations.map((relocation) => [relocation.at, relocation]));
  const functionAt = (index: number): string | undefined =>
    program.functions.find((entry) => entry.at === index)?.name;
  return {
    label: (index) => labels.get(index) ?? `instruction ${index}`,
    function: (index) => functionAt(index) ?? `instruction ${index}`,
    reference: (index) => {
      const relocation = relocations.get(index);
      if (relocation !== undefined) return mapReference(relocation);
      const instruction = program.instructions[index];
      return instruction?.opcode === loadImmediate64 &&
        instruction.source === immediateKind.function
        ? `func[${functionAt(index + 1 + instruction.immediate) ?? 'unknown'}]`
        : undefined;
    },
  };
}

const mapReference = ({ map, kind, offset }: MapRelocation): string =>
  kind === 'map' ? `map[${map.name}]` : `map[${map.name}][0] + ${offset}`;
