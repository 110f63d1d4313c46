import type { Parameter } from '../parameter.ts';
import type { FrameSlot } from './input.ts';
import type { BlockEnd, Instruction } from './instruction.ts';

/** Straight-line code with one way in at the top and one end. */
export class Block {
  readonly id: number;
  instructions: Instruction[] = [];
  end: BlockEnd | undefined;
  /** Rarely run: laid out last, and its uses of registers count for little. */
  cold: boolean;
  readonly loopDepth: number;
  /** Some way leads here. Known only once all jumps to it have been made. */
  reached = false;
  /** Which loading of the packet is good here; undefined before the first jump to this block. */
  packetGeneration: number | undefined;

  constructor(id: number, cold: boolean, loopDepth: number) {
    this.id = id;
    this.cold = cold;
    this.loopDepth = loopDepth;
  }
}

/** One function: the entry of a program, a subprogram or a callback. */
export class FunctionIr {
  readonly name: string;
  /** Of a subprogram, which the verifier looks at apart from its callers; undefined for entries and callbacks. */
  parameters: readonly Parameter[] | undefined;
  readonly slots: FrameSlot[] = [];
  blocks: Block[] = [];
  /** Calls, directly or not, a helper that invalidates pointers into the packet. */
  changesPacket = false;
  /** Its body has been recorded to the end. */
  complete = false;
  #registers = 0;
  #blocks = 0;

  constructor(name: string) {
    this.name = name;
  }

  get registerCount(): number {
    return this.#registers;
  }

  newRegister(): number {
    return this.#registers++;
  }

  newBlock(cold: boolean, loopDepth: number): Block {
    return new Block(this.#blocks++, cold, loopDepth);
  }

  newSlot(sizeBytes: number): FrameSlot {
    const slot = { id: this.slots.length, sizeBytes };
    this.slots.push(slot);
    return slot;
  }
}
