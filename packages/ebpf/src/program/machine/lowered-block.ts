import type { Input } from '../ir/input.ts';
import type { Memory, Width } from '../ir/instruction.ts';
import type { Origin } from '../origin.ts';
import * as make from './make.ts';
import {
  firstVirtual,
  framePointer,
  type MachineFunction,
  type MachineInstruction,
} from './instruction.ts';

/** Machine instructions of one block while they are chosen. */
export class LoweredBlock {
  readonly instructions: MachineInstruction[] = [];
  #origin: Origin | undefined;
  readonly #function: MachineFunction;

  constructor(owner: MachineFunction) {
    this.#function = owner;
  }

  set origin(origin: Origin) {
    this.#origin = origin;
  }
  get origin(): Origin {
    if (this.#origin === undefined) throw new Error('nothing is being lowered');
    return this.#origin;
  }

  push(instruction: MachineInstruction): void {
    this.instructions.push(instruction);
  }

  virtual(register: number): number {
    return firstVirtual + register;
  }

  temporary(): number {
    const register = this.#function.registers;
    this.#function.registers += 1;
    return register;
  }

  /** Brings an input into a given register. */
  put(input: Input, into: number): void {
    const { origin } = this;
    switch (input.kind) {
      case 'register':
        this.push(make.moveRegister(origin, into, this.virtual(input.register)));
        break;
      case 'constant':
        this.push(make.loadConstant(origin, into, input.value));
        break;
      case 'frame':
        this.push(make.frameAddress(origin, into, input.slot, input.offset));
        break;
      case 'map': {
        const { reference, map, offset } = input;
        this.push(make.loadReference(origin, into, { kind: reference, map, offset }));
        break;
      }
      case 'function':
        this.push(make.loadReference(origin, into, { kind: 'function', target: input.target }));
    }
  }

  /** The register an input is in, or one it was brought into. */
  register(input: Input): number {
    if (input.kind === 'register') return this.virtual(input.register);
    const temporary = this.temporary();
    this.put(input, temporary);
    return temporary;
  }

  /** The input as an immediate, which the machine extends with its sign; undefined if it does not fit. */
  immediate(input: Input, width: Width): bigint | undefined {
    if (input.kind !== 'constant') return undefined;
    const signed = BigInt.asIntN(width, input.value);
    return make.fitsImmediate(signed) ? signed : undefined;
  }

  place(memory: Memory): make.Place {
    const { base, offset } = memory;
    if (base.kind !== 'frame') return { base: this.register(base), offset };
    return { base: framePointer, offset: base.offset + offset, slot: base.slot };
  }

  store(memory: Memory, value: Input): void {
    const place = this.place(memory);
    const immediate = this.#storable(memory, value);
    if (immediate !== undefined) {
      this.push(make.storeImmediate(this.origin, memory.size, place, immediate));
    } else {
      this.push(make.storeRegister(this.origin, memory.size, place, this.register(value)));
    }
  }

  /** Linux 6.1 wants a register for the context: "BPF_ST stores into R1 ctx is not allowed". */
  #storable(memory: Memory, value: Input): bigint | undefined {
    if (memory.space === 'context') return undefined;
    if (value.kind === 'constant' && memory.size < 8) return BigInt.asIntN(32, value.value);
    return this.immediate(value, 64);
  }
}
