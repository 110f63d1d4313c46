import { swapBytes } from '../constant.ts';
import { evaluate } from '../ir/evaluate.ts';
import { constant, type Input } from '../ir/input.ts';
import type { AluOperation, Instruction, Width } from '../ir/instruction.ts';

type Alu = Extract<Instruction, { kind: 'alu' }>;

/** What value numbering knows of registers that are written once. */
export interface Knowledge {
  /** The instruction that writes the register, after simplification. */
  readonly definition: (register: number) => Instruction | undefined;
  /** Whether an input means now what it meant when something was computed from it. */
  readonly lasts: (input: Input) => boolean;
  /** Bits that may be set, as far as the verifier sees it too. */
  readonly bits: (input: Input) => bigint;
}

const commutative: ReadonlySet<AluOperation> = new Set(['add', 'mul', 'and', 'or', 'xor']);
const all = (width: Width): bigint => (1n << BigInt(width)) - 1n;

/** An input that equals the result, or a cheaper instruction. */
export function simplify(instruction: Instruction, known: Knowledge): Input | Instruction {
  if (instruction.kind === 'alu') return simplifyAlu(instruction, known);
  if (instruction.kind === 'move') {
    const { source, width } = instruction;
    if (width === 64 || (known.bits(source) & ~all(32)) === 0n) return source;
    return source.kind === 'constant' ? constant(source.value & all(32)) : instruction;
  }
  if (instruction.kind === 'swap' && instruction.source.kind === 'constant') {
    const { bits, source } = instruction;
    const cut = source.value & ((1n << BigInt(bits)) - 1n);
    return constant(swapBytes(cut, bits / 8));
  }
  if (instruction.kind === 'call') return loopsNever(instruction) ? constant(0) : instruction;
  if (instruction.kind === 'negate' && instruction.source.kind === 'constant') {
    return constant(evaluate('sub', instruction.width, 0n, instruction.source.value));
  }
  return instruction;
}

/**
 * Linux 6.18 takes the callback of a loop of no rounds for dead code, and then fails to find it: "verifier bug:
 * No program to jit".
 */
function loopsNever({ target, inputs: [count] }: Extract<Instruction, { kind: 'call' }>): boolean {
  return (
    'id' in target && target.name === 'loop' && count?.kind === 'constant' && count.value === 0n
  );
}

function simplifyAlu(given: Alu, known: Knowledge): Input | Instruction {
  const alu = reassociated(constantRight(given), known);
  const { operation, width, left, right } = alu;
  if (right.kind !== 'constant') return alu;
  if (left.kind === 'constant') {
    return constant(evaluate(operation, width, left.value, right.value));
  }
  const bits = known.bits(left);
  const unchanged = (bits & ~all(width)) === 0n ? left : undefined;
  if (right.value === 0n) return withZero(alu, unchanged);
  if (unchanged !== undefined && keepsLeft(operation, right.value, bits)) return unchanged;
  return cheaper(alu, right.value);
}

/** Division by a constant zero is refused by the verifier, so it must not be emitted. */
function withZero(alu: Alu, unchanged: Input | undefined): Input | Instruction {
  if (alu.operation === 'and' || alu.operation === 'mul' || alu.operation === 'div') {
    return constant(0);
  }
  return unchanged ?? { ...alu, operation: 'add' };
}

function keepsLeft(operation: AluOperation, value: bigint, bits: bigint): boolean {
  if (operation === 'and') return (bits & ~value) === 0n;
  return value === 1n && (operation === 'mul' || operation === 'div');
}

const isShift = (operation: AluOperation): boolean =>
  operation === 'shl' || operation === 'shr' || operation === 'sar';

const constantRight = (alu: Alu): Alu =>
  alu.left.kind === 'constant' && alu.right.kind !== 'constant' && commutative.has(alu.operation)
    ? { ...alu, left: alu.right, right: alu.left }
    : alu;

/** (x + 1) + 2 is x + 3: also for the other operations that allow it. */
function reassociated(alu: Alu, known: Knowledge): Alu {
  const { operation, width, left, right } = alu;
  if (right.kind !== 'constant' || left.kind !== 'register') return alu;
  if (!['add', 'and', 'or', 'xor'].includes(operation)) return alu;
  const inner = known.definition(left.register);
  if (inner?.kind !== 'alu' || inner.operation !== operation || inner.width !== width) return alu;
  if (inner.right.kind !== 'constant' || !known.lasts(inner.left)) return alu;
  const merged = constant(evaluate(operation, width, inner.right.value, right.value));
  return { ...alu, left: inner.left, right: merged };
}

/** Division is slow, and the verifier knows more of masks. It refuses shifts that the machine would cut. */
function cheaper(alu: Alu, value: bigint): Alu {
  if (isShift(alu.operation)) {
    return { ...alu, right: constant(value & BigInt(alu.width - 1)) };
  }
  if (value <= 0n || (value & (value - 1n)) !== 0n) return alu;
  const exponent = constant(value.toString(2).length - 1);
  if (alu.operation === 'mul') return { ...alu, operation: 'shl', right: exponent };
  if (alu.operation === 'div') return { ...alu, operation: 'shr', right: exponent };
  if (alu.operation === 'mod') return { ...alu, operation: 'and', right: constant(value - 1n) };
  return alu;
}
