import {
  callKind,
  helperName,
  instructionClass,
  jumpOperation,
  operandSource,
  type JumpOperation,
} from '../../isa/index.ts';
import type { Instruction, Program } from '../../program/program.ts';
import type { Cpu, Step } from '../cpu.ts';
import { findHelper, HelperCall } from '../helpers/index.ts';
import { Violation } from '../memory/violation.ts';
import { comparisons32, comparisons64, jump32Step, jump64Step } from './jump.ts';

const operations = new Map<number, JumpOperation>(
  Object.entries(jumpOperation).map(([name, code]) => [code, name as JumpOperation]),
);
/** What a function leaves readable for its caller: register 0, and 6 to 10. */
const keptByCalls = 0b111_1100_0001;

/** Jumps, calls and exit. Undefined for what does not exist. */
export function flowStep(
  program: Program,
  instruction: Instruction,
  index: number,
): Step | undefined {
  const { opcode, destination, source, offset, immediate } = instruction;
  const next = index + 1;
  const target = next + offset;
  const name = operations.get(opcode & 0xf0);
  const is32 = (opcode & 7) === instructionClass.jump32;
  if (name === undefined) return undefined;
  if (name === 'exit' || name === 'call' || name === 'always') {
    return is32 ? undefined : unconditionalStep(name, instruction, next);
  }
  if (target < 0 || target >= program.instructions.length) return undefined;
  const fromRegister = (opcode & 8) === operandSource.register;
  const place = { destination, source, immediate, fromRegister, next, target };
  return is32 ? jump32Step(comparisons32[name], place) : jump64Step(comparisons64[name], place);
}

function unconditionalStep(
  name: 'exit' | 'call' | 'always',
  instruction: Instruction,
  next: number,
): Step | undefined {
  if (name === 'exit') return (cpu) => cpu.leave();
  if (name === 'call') return callStep(instruction, next);
  const target = next + instruction.offset;
  return () => target;
}

function callStep({ source, immediate }: Instruction, next: number): Step | undefined {
  if (source === callKind.function) {
    const target = next + immediate;
    return (cpu) => cpu.enter(target, next);
  }
  if (source !== callKind.helper) return undefined;
  const helper = findHelper(immediate);
  if (helper === undefined) return unknownHelperStep(immediate);
  return (cpu: Cpu) => {
    const result = helper.run(new HelperCall(cpu));
    cpu.set(0, result ?? 0);
    cpu.written &= keptByCalls;
    return next;
  };
}

const unknownHelperStep =
  (id: number): Step =>
  () => {
    throw new Violation(`the interpreter has no helper ${helperName(id)}`);
  };
