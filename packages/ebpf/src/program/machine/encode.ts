import {
  aluOperation,
  immediateKind,
  instructionClass,
  jumpOperation,
  operandSource,
} from '../../isa/index.ts';
import type { FunctionIr } from '../ir/function.ts';
import type { Comparison } from '../ir/instruction.ts';
import type { Origin } from '../origin.ts';
import type { Instruction, MapRelocation } from '../program.ts';
import type { Frame } from './frame.ts';
import {
  framePointer,
  type MachineBlock,
  type MachineFunction,
  type MachineInstruction,
  type Reference,
} from './instruction.ts';

/** Instruction slots of a whole program as they are put together. */
export class Encoding {
  readonly instructions: Instruction[] = [];
  readonly relocations: MapRelocation[] = [];
  readonly origins: { readonly at: number; readonly origin: Origin }[] = [];
  readonly starts = new Map<FunctionIr, number>();
  readonly #calls: { readonly at: number; readonly target: FunctionIr }[] = [];
  #last: Origin | undefined;

  add(code: MachineFunction, frame: Frame): void {
    this.starts.set(code.ir, this.instructions.length);
    this.#last = undefined;
    const jumps: { at: number; target: MachineBlock }[] = [];
    const starts = new Map<MachineBlock, number>();
    for (const [index, block] of code.blocks.entries()) {
      starts.set(block, this.instructions.length);
      for (const instruction of block.instructions) this.#instruction(instruction, frame);
      jumps.push(...this.#end(block, code.blocks[index + 1]));
    }
    for (const { at, target } of jumps) this.#patchOffset(at, (starts.get(target) ?? 0) - at - 1);
  }

  /** Fills in the distances between functions, once all are there. */
  finish(): void {
    for (const { at, target } of this.#calls) {
      const start = this.starts.get(target);
      if (start === undefined) throw new Error(`${target.name} was not assembled`);
      const instruction = this.instructions[at];
      if (instruction !== undefined) {
        this.instructions[at] = { ...instruction, immediate: start - at - 1 };
      }
    }
  }

  #put(origin: Origin, instruction: Instruction): void {
    if (origin !== this.#last) this.origins.push({ at: this.instructions.length, origin });
    this.#last = origin;
    this.instructions.push(instruction);
  }

  #instruction(instruction: MachineInstruction, frame: Frame): void {
    const { form, opcode, destination, source, origin, slot, reference } = instruction;
    const place = slot === undefined ? 0 : frame.positionOf(slot);
    const immediate = Number(BigInt.asIntN(32, instruction.immediate));
    if (reference !== undefined) this.#refer(reference);
    if (form === 'frameAddress') {
      const copy = instructionClass.alu64 | aluOperation.mov | operandSource.register;
      const add = instructionClass.alu64 | aluOperation.add;
      this.#put(origin, plain(copy, destination, framePointer));
      this.#put(origin, { ...plain(add, destination), immediate: place + immediate });
    } else if (form === 'wide') {
      const upper =
        reference?.kind === 'value' ? reference.offset : Number(instruction.immediate >> 32n) | 0;
      const kind = reference === undefined ? immediateKind.number : referenceKind[reference.kind];
      this.#put(origin, { opcode, destination, source: kind, offset: 0, immediate });
      this.#put(origin, { ...plain(0, 0), immediate: upper });
    } else if (form !== 'begin') {
      const offset = instruction.offset + place;
      this.#put(origin, { opcode, destination, source, offset, immediate });
    }
  }

  /** Notes what the next instruction must be completed with. */
  #refer(reference: Reference): void {
    const at = this.instructions.length;
    if (reference.kind === 'function') this.#calls.push({ at, target: reference.target });
    else this.relocations.push({ at, ...reference });
  }

  /** Jumps that the block ends with, falling through to `next` where possible. */
  #end(
    block: MachineBlock,
    next: MachineBlock | undefined,
  ): { at: number; target: MachineBlock }[] {
    const { end } = block;
    const { origin } = end;
    if (end.kind === 'exit') {
      this.#put(origin, plain(instructionClass.jump64 | jumpOperation.exit, 0));
      return [];
    }
    if (end.kind === 'jump') return end.target === next ? [] : [this.#jump(origin, end.target)];
    const opposite = opposites[end.comparison];
    const turned = end.whenTrue === next && opposite !== undefined;
    const jumpClass = end.width === 64 ? instructionClass.jump64 : instructionClass.jump32;
    const operation = jumpOperation[turned ? opposite : end.comparison];
    const at = this.instructions.length;
    this.#put(
      origin,
      'register' in end.right
        ? plain(jumpClass | operation | operandSource.register, end.left, end.right.register)
        : { ...plain(jumpClass | operation, end.left), immediate: Number(end.right.immediate) },
    );
    const [target, other] = turned ? [end.whenFalse, end.whenTrue] : [end.whenTrue, end.whenFalse];
    const jumps = [{ at, target }];
    return other === next ? jumps : [...jumps, this.#jump(origin, other)];
  }

  #jump(origin: Origin, target: MachineBlock): { at: number; target: MachineBlock } {
    const at = this.instructions.length;
    this.#put(origin, plain(instructionClass.jump64 | jumpOperation.always, 0));
    return { at, target };
  }

  #patchOffset(at: number, offset: number): void {
    const instruction = this.instructions[at];
    if (instruction === undefined) return;
    if (offset < -0x8000 || offset > 0x7fff) {
      throw new RangeError(
        `a jump over ${offset} instructions is longer than the 32767 it can express`,
      );
    }
    this.instructions[at] = { ...instruction, offset };
  }
}

const referenceKind = {
  map: immediateKind.map,
  value: immediateKind.mapValue,
  function: immediateKind.function,
} as const;

const plain = (opcode: number, destination: number, source = 0): Instruction => ({
  opcode,
  destination,
  source,
  offset: 0,
  immediate: 0,
});

/** There is no jump if no bit is set. */
const opposites: Readonly<Record<Comparison, Comparison | undefined>> = {
  eq: 'ne',
  ne: 'eq',
  lt: 'ge',
  ge: 'lt',
  gt: 'le',
  le: 'gt',
  slt: 'sge',
  sge: 'slt',
  sgt: 'sle',
  sle: 'sgt',
  set: undefined,
};
