import type { AccessSize } from '../../isa/index.ts';
import type { Cpu, Step } from '../cpu.ts';

type Read = (cpu: Cpu, register: number, view: DataView, at: number) => void;
type Write = (view: DataView, at: number, low: number, high: number) => void;

const sizeBytes: Readonly<Record<AccessSize, number>> = { u8: 1, u16: 2, u32: 4, u64: 8 };

/** Without the upper half. */
const short =
  (get: (view: DataView, at: number) => number): Read =>
  (cpu, register, view, at) => {
    cpu.low[register] = get(view, at);
    cpu.high[register] = 0;
  };
const reads: Readonly<Record<AccessSize, Read>> = {
  u8: short((view, at) => view.getUint8(at)),
  u16: short((view, at) => view.getUint16(at, true)),
  u32: short((view, at) => view.getInt32(at, true)),
  u64: (cpu, register, view, at) => {
    cpu.low[register] = view.getInt32(at, true);
    cpu.high[register] = view.getInt32(at + 4, true);
  },
};

const writes: Readonly<Record<AccessSize, Write>> = {
  u8: (view, at, low) => view.setInt8(at, low),
  u16: (view, at, low) => view.setInt16(at, low, true),
  u32: (view, at, low) => view.setInt32(at, low, true),
  u64: (view, at, low, high) => {
    view.setInt32(at, low, true);
    view.setInt32(at + 4, high, true);
  },
};

/** Where an access goes: a base register and a constant. */
export interface AccessPlace {
  readonly size: AccessSize;
  readonly base: number;
  readonly offset: number;
  readonly next: number;
}

/** A pointer field of a context comes out as a whole pointer although the program reads 32 bits. */
export function loadStep(destination: number, { size, base, offset, next }: AccessPlace): Step {
  const read = reads[size];
  const bytes = sizeBytes[size];
  return (cpu: Cpu) => {
    const { memory } = cpu;
    const region = memory.readable(cpu.low[base]! + offset, cpu.high[base]!, bytes);
    const place = region.pointers?.pointerAt(memory.at);
    if (place === undefined) read(cpu, destination, region.view, memory.at);
    else cpu.point(destination, place.region, place.offset);
    return next;
  };
}

export function storeStep(source: number, { size, base, offset, next }: AccessPlace): Step {
  const write = writes[size];
  const bytes = sizeBytes[size];
  return (cpu: Cpu) => {
    const { memory } = cpu;
    const region = memory.writable(cpu.low[base]! + offset, cpu.high[base]!, bytes);
    write(region.view, memory.at, cpu.low[source]!, cpu.high[source]!);
    return next;
  };
}

export function storeImmediateStep(
  immediate: number,
  { size, base, offset, next }: AccessPlace,
): Step {
  const write = writes[size];
  const bytes = sizeBytes[size];
  const upper = immediate >> 31;
  return (cpu: Cpu) => {
    const { memory } = cpu;
    const region = memory.writable(cpu.low[base]! + offset, cpu.high[base]!, bytes);
    write(region.view, memory.at, immediate, upper);
    return next;
  };
}
