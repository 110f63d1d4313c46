import { swapBytes } from '../constant.ts';
import { evaluate } from '../ir/evaluate.ts';
import { constant, type Input } from '../ir/input.ts';
import type { AluOperation, Instruction, Width } from '../ir/instruction.ts';

type Alu = Extract<Instruction, { kind: 'alu' }>;

/** What value numbering knows of registers that are written once. */
export interface Knowledge {
  /** The instruction that writes the register, after simplification. */
  readonly definition: (register: number) => Instruction | undefined;
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
  return 'id' in target && target.name === 'loop' && count?.kind === 'constant' && count.value === 0n;
}

function simplifyAlu(given: Alu, known: Knowledge): Input | Instruction {
  const alu = reassociated(constantRight(given), known);
  const { operation, width, left, right } = alu;
  if (right.kind !== 'constant') return alu;
  if (left.kind === 'constant') return constant(evaluate(operation, width, left.value, right.value));
  const { value } = right;
  const fits = (known.bits(left) & ~all(width)) === 0n;
  if (value === 0n) {
    if (operation === 'and' || operation === 'mul' || operation === 'div') return constant(0);
    return fits ? left : { ...alu, operation: 'add' };
  }
  if (isShift(operation) && value >= BigInt(width)) {
    return { ...alu, right: constant(value & BigInt(width - 1)) };
  }
  if (value === 1n && (operation === 'mul' || operation === 'div')) return fits ? left : alu;
  if (operation === 'and' && fits && (known.bits(left) & ~value) === 0n) return left;
  return powerOfTwo(alu, value);
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
  if (inner.right.kind !== 'constant') return alu;
  const merged = constant(evaluate(operation, width, inner.right.value, right.value));
  return { ...alu, left: inner.left, right: merged };
}

/** Division is slow, and the verifier knows more of masks. */
function powerOfTwo(alu: Alu, value: bigint): Alu {
  if (value <= 0n || (value & (value - 1n)) !== 0n) return alu;
  const exponent = constant(value.toString(2).length - 1);
  if (alu.operation === 'mul') return { ...alu, operation: 'shl', right: exponent };
  if (alu.operation === 'div') return { ...alu, operation: 'shr', right: exponent };
  if (alu.operation === 'mod') return { ...alu, operation: 'and', right: constant(value - 1n) };
  return alu;
}
