import type { AluOperation } from '../../isa/index.ts';
import type { Cpu, Step } from '../cpu.ts';

/** On signed halves; results are truncated to 32 bits by the register they go to. */
type Operation = (a: number, b: number) => number;

/** Division by zero gives zero, a remainder of it the dividend: RFC 9669 section 4.1. */
export const alu32Operations: Readonly<Record<Exclude<AluOperation, 'end'>, Operation>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => Math.imul(a, b),
  div: (a, b) => (b === 0 ? 0 : (a >>> 0) / (b >>> 0)),
  mod: (a, b) => (b === 0 ? a : (a >>> 0) % (b >>> 0)),
  or: (a, b) => a | b,
  and: (a, b) => a & b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => a << b,
  shr: (a, b) => a >>> b,
  arsh: (a, b) => a >> b,
  neg: (a) => -a,
  mov: (_, b) => b,
};

/** Arithmetic on lower halves; upper ones become zero. */
export const alu32Step =
  (operation: Operation, destination: number, source: number, next: number): Step =>
  (cpu: Cpu) => {
    cpu.low[destination] = operation(cpu.low[destination]!, cpu.low[source]!);
    cpu.high[destination] = 0;
    return next;
  };

export const alu32ImmediateStep =
  (operation: Operation, destination: number, immediate: number, next: number): Step =>
  (cpu: Cpu) => {
    cpu.low[destination] = operation(cpu.low[destination]!, immediate);
    cpu.high[destination] = 0;
    return next;
  };
