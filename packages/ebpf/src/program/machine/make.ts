import {
  accessMode,
  accessSize,
  aluOperation,
  atomicOperation,
  callKind,
  instructionClass,
  jumpOperation,
  loadImmediate64,
  operandSource,
} from '../../isa/index.ts';
import type { FunctionIr } from '../ir/function.ts';
import type { FrameSlot } from '../ir/input.ts';
import type { AluOperation, AtomicOperation, Size, Width } from '../ir/instruction.ts';
import type { Origin } from '../origin.ts';
import { framePointer, type MachineInstruction, type Reference } from './instruction.ts';

/** A place in memory; with a slot, `base` is r10 and the offset counts from the slot's start. */
export interface Place {
  readonly base: number;
  readonly offset: number;
  readonly slot?: FrameSlot;
}

const sizes = {
  1: accessSize.u8,
  2: accessSize.u16,
  4: accessSize.u32,
  8: accessSize.u64,
} as const;
const operations = { ...aluOperation, sar: aluOperation.arsh } as const;
const classOf = (width: Width): number =>
  width === 64 ? instructionClass.alu64 : instructionClass.alu32;

const real = (...registers: readonly number[]): number[] =>
  registers.filter((register) => register !== framePointer);

function make(
  origin: Origin,
  opcode: number,
  parts: Partial<MachineInstruction>,
): MachineInstruction {
  return {
    form: 'plain',
    opcode,
    destination: 0,
    source: 0,
    offset: 0,
    immediate: 0n,
    uses: [],
    defs: [],
    origin,
    ...parts,
  };
}

export const moveRegister = (origin: Origin, destination: number, source: number) =>
  make(origin, instructionClass.alu64 | aluOperation.mov | operandSource.register, {
    form: 'move',
    destination,
    source,
    uses: real(source),
    defs: [destination],
  });

/** A copy of the lower 32 bits. */
export const cutRegister = (origin: Origin, destination: number, source: number) =>
  make(origin, instructionClass.alu32 | aluOperation.mov | operandSource.register, {
    destination,
    source,
    uses: [source],
    defs: [destination],
  });

/** The shortest way to have a constant in a register. */
export function loadConstant(
  origin: Origin,
  destination: number,
  value: bigint,
): MachineInstruction {
  const parts = { destination, defs: [destination] };
  const signed = BigInt.asIntN(64, value);
  if (value <= 0xffff_ffffn) {
    const immediate = BigInt.asIntN(32, value);
    return make(origin, instructionClass.alu32 | aluOperation.mov, { ...parts, immediate });
  }
  if (fitsImmediate(signed)) {
    return make(origin, instructionClass.alu64 | aluOperation.mov, { ...parts, immediate: signed });
  }
  return make(origin, loadImmediate64, { ...parts, form: 'wide', immediate: value });
}

export const fitsImmediate = (signed: bigint): boolean => BigInt.asIntN(32, signed) === signed;

export const loadReference = (origin: Origin, destination: number, reference: Reference) =>
  make(origin, loadImmediate64, { form: 'wide', destination, reference, defs: [destination] });

export const frameAddress = (origin: Origin, destination: number, slot: FrameSlot, at: number) =>
  make(origin, 0, {
    form: 'frameAddress',
    destination,
    slot,
    immediate: BigInt(at),
    defs: [destination],
  });

export const aluImmediate = (
  origin: Origin,
  [operation, width]: readonly [AluOperation, Width],
  destination: number,
  immediate: bigint,
) =>
  make(origin, classOf(width) | operations[operation], {
    destination,
    immediate,
    uses: [destination],
    defs: [destination],
  });

export const aluRegister = (
  origin: Origin,
  [operation, width]: readonly [AluOperation, Width],
  destination: number,
  source: number,
) =>
  make(origin, classOf(width) | operations[operation] | operandSource.register, {
    destination,
    source,
    uses: [destination, source],
    defs: [destination],
  });

export const negate = (origin: Origin, width: Width, destination: number) =>
  make(origin, classOf(width) | aluOperation.neg, {
    destination,
    uses: [destination],
    defs: [destination],
  });

/** To big-endian, which on a little-endian machine is also the way back. */
export const swapBytes = (origin: Origin, bits: number, destination: number) =>
  make(origin, instructionClass.alu32 | aluOperation.end | operandSource.register, {
    destination,
    immediate: BigInt(bits),
    uses: [destination],
    defs: [destination],
  });

export const load = (origin: Origin, size: Size, destination: number, place: Place) =>
  make(origin, instructionClass.load | accessMode.memory | sizes[size], {
    destination,
    source: place.base,
    offset: place.offset,
    ...slotOf(place),
    uses: real(place.base),
    defs: [destination],
  });

export const storeRegister = (origin: Origin, size: Size, place: Place, source: number) =>
  make(origin, instructionClass.store | accessMode.memory | sizes[size], {
    destination: place.base,
    source,
    offset: place.offset,
    ...slotOf(place),
    uses: real(place.base, source),
  });

export const storeImmediate = (origin: Origin, size: Size, place: Place, immediate: bigint) =>
  make(origin, instructionClass.storeImmediate | accessMode.memory | sizes[size], {
    destination: place.base,
    offset: place.offset,
    immediate,
    ...slotOf(place),
    uses: real(place.base),
  });

/** With `fetch`, `source` gets the old value; compare-and-exchange compares with r0 and puts it there. */
export function atomic(
  origin: Origin,
  [operation, size]: readonly [AtomicOperation, Size],
  place: Place,
  source: number,
  fetch: boolean,
): MachineInstruction {
  const compares = operation === 'compareExchange';
  const immediate = atomicOperation[operation] | (fetch ? atomicOperation.fetch : 0);
  return make(origin, instructionClass.store | accessMode.atomic | sizes[size], {
    destination: place.base,
    source,
    offset: place.offset,
    immediate: BigInt(immediate),
    ...slotOf(place),
    uses: [...real(place.base, source), ...(compares ? [0] : [])],
    defs: compares ? [0] : fetch ? [source] : [],
  });
}

/** No instruction, only the news that what the slot held before is not needed. */
export const beginSlot = (origin: Origin, slot: FrameSlot) =>
  make(origin, 0, { form: 'begin', slot });

/** Arguments are in r1 and up; r0 to r5 do not survive. */
export function call(
  origin: Origin,
  target: { readonly helper: number } | { readonly target: FunctionIr },
  argumentCount: number,
  touches: readonly FrameSlot[],
): MachineInstruction {
  const own = 'target' in target;
  return make(origin, instructionClass.jump64 | jumpOperation.call, {
    source: own ? callKind.function : callKind.helper,
    immediate: own ? 0n : BigInt(target.helper),
    uses: [1, 2, 3, 4, 5].slice(0, argumentCount),
    defs: [0, 1, 2, 3, 4, 5],
    touches,
    ...(own ? { reference: { kind: 'function', target: target.target } } : {}),
  });
}

const slotOf = (place: Place): { slot?: FrameSlot } =>
  place.slot === undefined ? {} : { slot: place.slot };
