import { constant, inFrame, type Input } from '../ir/input.ts';
import type { AluOperation, Instruction, Size } from '../ir/instruction.ts';
import type { LoweredBlock } from './lowered-block.ts';
import * as make from './make.ts';

type Of<Kind extends Instruction['kind']> = Extract<Instruction, { kind: Kind }>;

const commutative: ReadonlySet<AluOperation> = new Set(['add', 'mul', 'and', 'or', 'xor']);

/** d = left op right, on a machine that has only d op= right. */
export function lowerAlu(into: LoweredBlock, instruction: Of<'alu'>): void {
  const { operation, width, origin } = instruction;
  const d = into.virtual(instruction.d);
  let { left, right } = instruction;
  if (
    commutative.has(operation) &&
    (left.kind !== 'register' || isRegister(right, instruction.d))
  ) {
    [left, right] = [right, left];
  }
  if (operation === 'and' && right.kind === 'constant' && right.value === 0xffff_ffffn) {
    into.push(make.cutRegister(origin, d, into.register(left)));
    return;
  }
  const immediate = into.immediate(right, width);
  const source = immediate === undefined ? sourceFor(into, right, instruction.d) : 0;
  into.put(left, d);
  into.push(
    immediate === undefined
      ? make.aluRegister(origin, [operation, width], d, source)
      : make.aluImmediate(origin, [operation, width], d, immediate),
  );
}

const isRegister = (input: Input, register: number): boolean =>
  input.kind === 'register' && input.register === register;

/** The right side in a register that writing `d` first does not destroy. */
function sourceFor(into: LoweredBlock, right: Input, d: number): number {
  if (!isRegister(right, d)) return into.register(right);
  const saved = into.temporary();
  into.put(right, saved);
  return saved;
}

export function lowerAtomic(into: LoweredBlock, instruction: Of<'atomic'>): void {
  const { operation, size, origin, value, expected } = instruction;
  const place = into.place(instruction);
  const d = instruction.d === undefined ? into.temporary() : into.virtual(instruction.d);
  if (operation === 'compareExchange') {
    const source = into.register(value);
    into.put(expected ?? constant(0), 0);
    into.push(make.atomic(origin, [operation, size], place, source, true));
    into.push(make.moveRegister(origin, d, 0));
  } else if (instruction.d === undefined && operation !== 'exchange') {
    into.push(make.atomic(origin, [operation, size], place, into.register(value), false));
  } else {
    into.put(value, d);
    into.push(make.atomic(origin, [operation, size], place, d, true));
  }
}

export function lowerCall(into: LoweredBlock, instruction: Of<'call'>): void {
  const { origin, inputs, target } = instruction;
  const numbered = inputs.map((input, index) => ({ input, register: index + 1 }));
  const moves = numbered.filter(({ input }) => input.kind === 'register');
  const constants = numbered.filter(({ input }) => input.kind !== 'register');
  for (const { input, register } of [...moves, ...constants]) into.put(input, register);
  const callee = 'id' in target ? { helper: target.id } : { target };
  const touches = inputs.flatMap((input) => (input.kind === 'frame' ? [input.slot] : []));
  into.push(make.call(origin, callee, inputs.length, touches));
  if (instruction.d !== undefined) {
    into.push(make.moveRegister(origin, into.virtual(instruction.d), 0));
  }
}

/** Stores of zeros, as wide as alignment allows, over the bytes whose bits are set. */
export function lowerZero(into: LoweredBlock, instruction: Of<'zero'>): void {
  const { slot, bytes } = instruction;
  for (let at = 0; bytes >> BigInt(at) !== 0n;) {
    const size = zeroedAt(bytes, at);
    if (size === 0) at += 1;
    else {
      const memory = { base: inFrame(slot), offset: at, size, space: 'stack' } as const;
      into.store(memory, constant(0));
      at += size;
    }
  }
}

function zeroedAt(bytes: bigint, at: number): Size | 0 {
  for (const size of [8, 4, 2, 1] as const) {
    const wanted = ((1n << BigInt(size)) - 1n) << BigInt(at);
    if (at % size === 0 && (bytes & wanted) === wanted) return size;
  }
  return 0;
}
