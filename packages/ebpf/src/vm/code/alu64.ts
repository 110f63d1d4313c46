import type { AluOperation } from '../../isa/index.ts';
import type { Cpu, Step } from '../cpu.ts';
import { bigOf, setBig } from './big.ts';

/** Changes the destination register by an operand given in two halves. */
type Operation = (cpu: Cpu, destination: number, low: number, high: number) => void;

const bitwise =
  (combine: (a: number, b: number) => number): Operation =>
  (cpu, destination, low, high) => {
    cpu.low[destination] = combine(cpu.low[destination]!, low);
    cpu.high[destination] = combine(cpu.high[destination]!, high);
  };

/** By BigInt unless both numbers fit into 32 bits. */
const division =
  (small: (a: number, b: number) => number, big: (a: bigint, b: bigint) => bigint): Operation =>
  (cpu, destination, low, high) => {
    if (high === 0 && cpu.high[destination] === 0) {
      cpu.low[destination] = small(cpu.low[destination]! >>> 0, low >>> 0);
    } else
      setBig(
        cpu,
        destination,
        big(bigOf(cpu.low[destination]!, cpu.high[destination]!), bigOf(low, high)),
      );
  };

/** Upper 32 bits of the product of two unsigned 32-bit numbers. */
function upperProduct(a: number, b: number): number {
  const [aLow, aHigh, bLow, bHigh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const first = aHigh * bLow + ((aLow * bLow) >>> 16);
  const second = aLow * bHigh + (first & 0xffff);
  return aHigh * bHigh + Math.floor(first / 0x1_0000) + (second >>> 16);
}

export const alu64Operations: Readonly<Record<Exclude<AluOperation, 'end'>, Operation>> = {
  add: (cpu, destination, low, high) => {
    const sum = (cpu.low[destination]! >>> 0) + (low >>> 0);
    cpu.low[destination] = sum;
    cpu.high[destination] = cpu.high[destination]! + high + (sum > 0xffff_ffff ? 1 : 0);
  },
  sub: (cpu, destination, low, high) => {
    const difference = (cpu.low[destination]! >>> 0) - (low >>> 0);
    cpu.low[destination] = difference;
    cpu.high[destination] = cpu.high[destination]! - high - (difference < 0 ? 1 : 0);
  },
  mul: (cpu, destination, low, high) => {
    const own = cpu.low[destination]!;
    cpu.high[destination] =
      upperProduct(own, low) + Math.imul(own, high) + Math.imul(cpu.high[destination]!, low);
    cpu.low[destination] = Math.imul(own, low);
  },
  div: division(
    (a, b) => (b === 0 ? 0 : a / b),
    (a, b) => (b === 0n ? 0n : a / b),
  ),
  mod: division(
    (a, b) => (b === 0 ? a : a % b),
    (a, b) => (b === 0n ? a : a % b),
  ),
  or: bitwise((a, b) => a | b),
  and: bitwise((a, b) => a & b),
  xor: bitwise((a, b) => a ^ b),
  shl: (cpu, destination, amount) => {
    const bits = amount & 63;
    const low = cpu.low[destination]!;
    const upper = (cpu.high[destination]! << bits) | (bits === 0 ? 0 : low >>> (32 - bits));
    cpu.high[destination] = bits < 32 ? upper : low << (bits - 32);
    cpu.low[destination] = bits < 32 ? low << bits : 0;
  },
  shr: (cpu, destination, amount) => {
    const bits = amount & 63;
    const high = cpu.high[destination]!;
    const lower = (cpu.low[destination]! >>> bits) | (bits === 0 ? 0 : high << (32 - bits));
    cpu.low[destination] = bits < 32 ? lower : high >>> (bits - 32);
    cpu.high[destination] = bits < 32 ? high >>> bits : 0;
  },
  arsh: (cpu, destination, amount) => {
    const bits = amount & 63;
    const high = cpu.high[destination]!;
    const lower = (cpu.low[destination]! >>> bits) | (bits === 0 ? 0 : high << (32 - bits));
    cpu.low[destination] = bits < 32 ? lower : high >> (bits - 32);
    cpu.high[destination] = bits < 32 ? high >> bits : high >> 31;
  },
  neg: (cpu, destination) => {
    const low = -cpu.low[destination]! | 0;
    cpu.high[destination] = ~cpu.high[destination]! + (low === 0 ? 1 : 0);
    cpu.low[destination] = low;
  },
  mov: (cpu, destination, low, high) => {
    cpu.low[destination] = low;
    cpu.high[destination] = high;
  },
};

export const alu64Step =
  (operation: Operation, destination: number, source: number, next: number): Step =>
  (cpu: Cpu) => {
    operation(cpu, destination, cpu.low[source]!, cpu.high[source]!);
    return next;
  };

/** The immediate is extended with its sign. */
export const alu64ImmediateStep = (
  operation: Operation,
  destination: number,
  immediate: number,
  next: number,
): Step => {
  const high = immediate >> 31;
  return (cpu: Cpu) => {
    operation(cpu, destination, immediate, high);
    return next;
  };
};
