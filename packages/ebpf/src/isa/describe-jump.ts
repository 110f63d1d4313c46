import type { Instruction } from '../program/program.ts';
import { helperName } from './helper-names.ts';
import type { Names } from './names.ts';
import { callKind, instructionClass, jumpOperation, operandSource } from './opcodes.ts';
import { describeBits, unknownInstruction } from './words.ts';

const signs = new Map<number, string>([
  [jumpOperation.eq, '=='],
  [jumpOperation.ne, '!='],
  [jumpOperation.gt, '>'],
  [jumpOperation.ge, '>='],
  [jumpOperation.lt, '<'],
  [jumpOperation.le, '<='],
  [jumpOperation.set, '&'],
  [jumpOperation.sgt, 's>'],
  [jumpOperation.sge, 's>='],
  [jumpOperation.slt, 's<'],
  [jumpOperation.sle, 's<='],
]);

/** `if r2 > r3 goto L1`, `if w1 == 17 goto L2`, `goto L3`, `call map_lookup_elem`, `exit`. */
export function describeJump(
  instruction: Instruction,
  index: number,
  names: Pick<Names, 'label' | 'function'>,
): string {
  const { opcode, destination, source, offset, immediate } = instruction;
  const operation = opcode & 0xf0;
  if (operation === jumpOperation.exit) return 'exit';
  if (operation === jumpOperation.call) return describeCall(instruction, index, names);
  const target = `goto ${names.label(index + 1 + offset)}`;
  if (operation === jumpOperation.always) return target;
  const sign = signs.get(operation);
  if (sign === undefined) return unknownInstruction(instruction);
  const letter = (opcode & 7) === instructionClass.jump64 ? 'r' : 'w';
  const number = operation === jumpOperation.set ? describeBits(immediate) : `${immediate}`;
  const second = (opcode & 8) === operandSource.register ? `${letter}${source}` : number;
  return `if ${letter}${destination} ${sign} ${second} ${target}`;
}

function describeCall(
  { source, immediate }: Instruction,
  index: number,
  names: Pick<Names, 'function'>,
): string {
  return source === callKind.function
    ? `call ${names.function(index + 1 + immediate)}`
    : `call ${helperName(immediate)}`;
}
