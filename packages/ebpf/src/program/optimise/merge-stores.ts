import type { FunctionIr } from '../ir/function.ts';
import { constant, inFrame, type FrameSlot, type Input } from '../ir/input.ts';
import type { Instruction, Memory, Size } from '../ir/instruction.ts';
import { inputsOf } from '../ir/uses.ts';
import type { Origin } from '../origin.ts';
import { Definitions } from './definitions.ts';
import { bitsOf } from './known-bits.ts';
import { findEscaped } from './memory-effects.ts';

type Store = Extract<Instruction, { kind: 'store' }>;

/** Constants to be written to one slot, by byte. */
interface Pending {
  readonly bytes: Map<number, number>;
  origin: Origin;
}

/**
 * Writes constants to the stack only before somebody may read them, several bytes at once. A value stored next
 * to zeros takes them along: registers hold narrow values extended with zeros.
 */
export function mergeStores(ir: FunctionIr): void {
  new StoreMerging(ir).run(ir);
}

class StoreMerging {
  readonly #escaped: ReadonlySet<FrameSlot>;
  readonly #definitions: Definitions;
  readonly #pending = new Map<FrameSlot, Pending>();
  #result: Instruction[] = [];

  constructor(ir: FunctionIr) {
    this.#escaped = findEscaped(ir);
    this.#definitions = new Definitions(ir);
    for (const block of ir.blocks) block.instructions.forEach((i) => this.#definitions.define(i));
  }

  run(ir: FunctionIr): void {
    for (const block of ir.blocks) {
      this.#result = [];
      for (const instruction of block.instructions) this.#visit(instruction);
      for (const slot of this.#pending.keys()) this.#flush(slot);
      block.instructions = this.#result;
    }
  }

  #visit(instruction: Instruction): void {
    if (instruction.kind === 'zero' && !this.#escaped.has(instruction.slot)) {
      const { slot, bytes, origin } = instruction;
      for (let at = 0; at < slot.sizeBytes; at += 1) {
        if ((bytes >> BigInt(at)) & 1n) this.#put(slot, at, 0, origin);
      }
    } else if (instruction.kind === 'store' && this.#ownSlot(instruction) !== undefined) {
      this.#store(instruction);
    } else {
      if (instruction.kind === 'begin') this.#pending.delete(instruction.slot);
      for (const input of inputsOf(instruction)) {
        if (input.kind === 'frame') this.#flush(input.slot);
      }
      this.#result.push(instruction);
    }
  }

  #ownSlot(memory: Memory): FrameSlot | undefined {
    const { base } = memory;
    return base.kind === 'frame' && !this.#escaped.has(base.slot) ? base.slot : undefined;
  }

  #store(store: Store): void {
    const { base, offset, size, value, origin } = store;
    if (base.kind !== 'frame') return;
    const start = base.offset + offset;
    for (let byte = 0; byte < size; byte += 1) {
      if (value.kind === 'constant') {
        const bits = Number((value.value >> BigInt(8 * byte)) & 0xffn);
        this.#put(base.slot, start + byte, bits, origin);
      } else this.#pending.get(base.slot)?.bytes.delete(start + byte);
    }
    if (value.kind !== 'constant') {
      const wider = this.#widened(base.slot, start, store);
      this.#result.push({ ...store, base: inFrame(base.slot), offset: start, size: wider });
    }
  }

  /** As many zeros behind the value as can be written with it. */
  #widened(slot: FrameSlot, start: number, { size, value }: Store): Size {
    const bytes = this.#pending.get(slot)?.bytes;
    if (bytes === undefined || this.#bits(value) >> BigInt(size * 8) !== 0n) return size;
    let wider: Size = size;
    for (const next of [2, 4, 8] as const) {
      if (next !== wider * 2 || start % next !== 0) continue;
      const zeros = Array.from({ length: wider }, (_, index) => start + wider + index);
      if (!zeros.every((at) => bytes.get(at) === 0)) break;
      for (const at of zeros) bytes.delete(at);
      wider = next;
    }
    return wider;
  }

  #bits(input: Input): bigint {
    if (input.kind === 'constant') return input.value;
    const made = input.kind === 'register' ? this.#definitions.find(input.register) : undefined;
    return made === undefined ? (1n << 64n) - 1n : bitsOf(made, (inner) => this.#bits(inner));
  }

  #put(slot: FrameSlot, at: number, value: number, origin: Origin): void {
    const pending = this.#pending.get(slot) ?? { bytes: new Map<number, number>(), origin };
    pending.bytes.set(at, value);
    pending.origin = origin;
    this.#pending.set(slot, pending);
  }

  #flush(slot: FrameSlot): void {
    const pending = this.#pending.get(slot);
    if (pending === undefined) return;
    this.#pending.delete(slot);
    for (let at = 0; at < slot.sizeBytes;) {
      const size = widest(pending.bytes, at);
      if (size !== 0) {
        const value = constant(read(pending.bytes, at, size));
        const memory = { base: inFrame(slot), offset: at, size, space: 'stack' } as const;
        this.#result.push({ kind: 'store', value, ...memory, origin: pending.origin });
      }
      at += size === 0 ? 1 : size;
    }
  }
}

const read = (bytes: ReadonlyMap<number, number>, at: number, size: Size): bigint => {
  let value = 0n;
  for (let byte = size - 1; byte >= 0; byte -= 1) {
    value = (value << 8n) | BigInt(bytes.get(at + byte) ?? 0);
  }
  return value;
};

/** The widest store of pending bytes at a place; 8 bytes only if the value is an immediate. */
function widest(bytes: ReadonlyMap<number, number>, at: number): Size | 0 {
  for (const size of [8, 4, 2, 1] as const) {
    if (at % size !== 0) continue;
    if (!Array.from({ length: size }, (_, index) => at + index).every((x) => bytes.has(x)))
      continue;
    const signed = BigInt.asIntN(64, read(bytes, at, size));
    if (size === 8 && BigInt.asIntN(32, signed) !== signed) continue;
    return size;
  }
  return 0;
}
