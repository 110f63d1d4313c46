import type { Cpu } from '../cpu.ts';

/** Two halves as one unsigned number. */
export const bigOf = (low: number, high: number): bigint =>
  (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);

/** Puts a number of any size and sign into a register, cut to 64 bits. */
export function setBig(cpu: Cpu, register: number, value: bigint): void {
  cpu.low[register] = Number(BigInt.asIntN(32, value));
  cpu.high[register] = Number(BigInt.asIntN(32, value >> 32n));
}
