import type { Cpu, Step } from '../cpu.ts';

/** The bytes of a 32-bit number in reverse order. */
const reversed = (word: number): number =>
  (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);

type Swap = (cpu: Cpu, register: number) => void;

const toBig: Readonly<Record<number, Swap>> = {
  16: (cpu, register) => {
    cpu.low[register] = reversed(cpu.low[register]!) >>> 16;
    cpu.high[register] = 0;
  },
  32: (cpu, register) => {
    cpu.low[register] = reversed(cpu.low[register]!);
    cpu.high[register] = 0;
  },
  64: (cpu, register) => {
    const low = cpu.low[register]!;
    cpu.low[register] = reversed(cpu.high[register]!);
    cpu.high[register] = reversed(low);
  },
};

/** The machine is little-endian: only the upper bits go. */
const toLittle: Readonly<Record<number, Swap>> = {
  16: (cpu, register) => {
    cpu.low[register] = cpu.low[register]! & 0xffff;
    cpu.high[register] = 0;
  },
  32: (cpu, register) => {
    cpu.high[register] = 0;
  },
  64: () => {},
};

/** Undefined for a width that does not exist. */
export function swapStep(
  to: 'big' | 'little',
  register: number,
  bits: number,
  next: number,
): Step | undefined {
  const swap = (to === 'big' ? toBig : toLittle)[bits];
  if (swap === undefined) return undefined;
  return (cpu: Cpu) => {
    swap(cpu, register);
    return next;
  };
}
