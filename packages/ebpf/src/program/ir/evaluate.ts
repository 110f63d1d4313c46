import type { AluOperation, Comparison, Width } from './instruction.ts';

/** What the machine computes, RFC 9669 section 4.1: division by zero gives 0, the rest is the dividend. */
export function evaluate(
  operation: AluOperation,
  width: Width,
  leftBits: bigint,
  rightBits: bigint,
): bigint {
  const left = BigInt.asUintN(width, leftBits);
  const right = BigInt.asUintN(width, rightBits);
  return BigInt.asUintN(width, exact(operation, width, left, right));
}

function exact(operation: AluOperation, width: Width, left: bigint, right: bigint): bigint {
  const amount = right & BigInt(width - 1);
  switch (operation) {
    case 'add':
      return left + right;
    case 'sub':
      return left - right;
    case 'mul':
      return left * right;
    case 'div':
      return right === 0n ? 0n : left / right;
    case 'mod':
      return right === 0n ? left : left % right;
    case 'and':
      return left & right;
    case 'or':
      return left | right;
    case 'xor':
      return left ^ right;
    case 'shl':
      return left << amount;
    case 'shr':
      return left >> amount;
    case 'sar':
      return BigInt.asIntN(width, left) >> amount;
  }
}

export function compare(
  comparison: Comparison,
  width: Width,
  leftBits: bigint,
  rightBits: bigint,
): boolean {
  const signed = comparison.startsWith('s') && comparison !== 'set';
  const cut = signed ? BigInt.asIntN : BigInt.asUintN;
  const left = cut(width, leftBits);
  const right = cut(width, rightBits);
  switch (comparison) {
    case 'eq':
      return left === right;
    case 'ne':
      return left !== right;
    case 'lt':
    case 'slt':
      return left < right;
    case 'le':
    case 'sle':
      return left <= right;
    case 'gt':
    case 'sgt':
      return left > right;
    case 'ge':
    case 'sge':
      return left >= right;
    case 'set':
      return (left & right) !== 0n;
  }
}
