import type { FrameSlot } from '../ir/input.ts';
import type { Origin } from '../origin.ts';
import * as make from './make.ts';
import {
  endUses,
  firstVirtual,
  framePointer,
  rename,
  type MachineBlock,
  type MachineFunction,
  type MachineInstruction,
} from './instruction.ts';
import { findRecipes } from './recipes.ts';

/** For how many instructions a register that holds a spilled value is remembered. */
const memory = 6;

export interface Spilled {
  readonly registers: ReadonlySet<number>;
  /** The register that stands for one that was merged with others. */
  readonly representative: (register: number) => number;
  /** Use a value that was just loaded or stored again; not when registers have become really scarce. */
  readonly reuse: boolean;
}

/**
 * Moves registers to memory: a load before each use, a store after each definition, 64 bits wide so that the
 * verifier keeps what it knows. Returns the registers it added, which must not be spilled in turn.
 */
export function spill(code: MachineFunction, spilled: Spilled): ReadonlySet<number> {
  return new Spilling(code, spilled).run();
}

class Spilling {
  readonly #code: MachineFunction;
  readonly #spilled: Spilled;
  readonly #recipes: ReadonlyMap<number, MachineInstruction>;
  readonly #slots = new Map<number, FrameSlot>();
  readonly #added = new Set<number>();
  /** Spilled values that are in a register at this point of the block, and since when. */
  readonly #held = new Map<number, { readonly register: number; readonly at: number }>();
  #result: MachineInstruction[] = [];

  constructor(code: MachineFunction, spilled: Spilled) {
    this.#code = code;
    this.#spilled = spilled;
    this.#recipes = findRecipes(code, spilled.registers, spilled.representative);
  }

  run(): ReadonlySet<number> {
    for (const block of this.#code.blocks) {
      this.#result = [];
      this.#held.clear();
      for (const instruction of block.instructions) this.#rewrite(instruction);
      this.#rewriteEnd(block);
      block.instructions = this.#result;
    }
    return this.#added;
  }

  #rewrite(instruction: MachineInstruction): void {
    const { uses, defs, form, destination, source, origin } = instruction;
    const touched = [...new Set([...uses, ...defs])].filter((r) => this.#isSpilled(r));
    const isRecipe = defs.some((r) => this.#isSpilled(r) && this.#recipes.has(this.#key(r)));
    if (isRecipe) return;
    if (touched.length === 0) this.#result.push(instruction);
    else if (form === 'move') this.#move(destination, source, origin);
    else {
      const renamed = new Map<number, number>();
      for (const register of touched) {
        const fetched = uses.includes(register) ? this.#fetch(register, origin) : this.#temporary();
        renamed.set(register, fetched);
      }
      this.#result.push(rename(instruction, (register) => renamed.get(register) ?? register));
      for (const register of touched) {
        if (defs.includes(register)) this.#keep(register, renamed.get(register) ?? 0, origin);
      }
    }
    if (instruction.touches !== undefined) this.#held.clear();
  }

  #move(destination: number, source: number, origin: Origin): void {
    const [to, from] = [this.#isSpilled(destination), this.#isSpilled(source)];
    if (to && from && this.#key(destination) === this.#key(source)) return;
    if (!to && this.#heldBy(source) === undefined) this.#load(source, destination, origin);
    else if (!to)
      this.#result.push(make.moveRegister(origin, destination, this.#fetch(source, origin)));
    else {
      const register = this.#temporary();
      if (from) this.#load(source, register, origin);
      else this.#result.push(make.moveRegister(origin, register, source));
      this.#keep(destination, register, origin);
    }
  }

  #rewriteEnd(block: MachineBlock): void {
    const { end } = block;
    const renamed = new Map<number, number>();
    for (const use of new Set(endUses(end))) {
      if (this.#isSpilled(use)) renamed.set(use, this.#fetch(use, end.origin));
    }
    if (end.kind !== 'branch' || renamed.size === 0) return;
    const to = (register: number): number => renamed.get(register) ?? register;
    const right = 'register' in end.right ? { register: to(end.right.register) } : end.right;
    block.end = { ...end, left: to(end.left), right };
  }

  /** A register with the value of a spilled one. */
  #fetch(register: number, origin: Origin): number {
    const held = this.#heldBy(register);
    if (held !== undefined) return held;
    const into = this.#temporary();
    this.#load(register, into, origin);
    if (!this.#recipes.has(this.#key(register))) this.#hold(register, into);
    return into;
  }

  #load(register: number, into: number, origin: Origin): void {
    const recipe = this.#recipes.get(this.#key(register));
    this.#result.push(
      recipe === undefined
        ? make.load(origin, 8, into, this.#placeOf(register))
        : { ...recipe, destination: into, defs: [into], origin },
    );
  }

  #keep(register: number, from: number, origin: Origin): void {
    this.#result.push(make.storeRegister(origin, 8, this.#placeOf(register), from));
    this.#hold(register, from);
  }

  #hold(register: number, by: number): void {
    this.#held.set(this.#key(register), { register: by, at: this.#result.length });
  }

  #heldBy(register: number): number | undefined {
    const held = this.#held.get(this.#key(register));
    if (held === undefined || !this.#spilled.reuse) return undefined;
    return this.#result.length - held.at > memory ? undefined : held.register;
  }

  #placeOf(register: number): make.Place {
    const key = this.#key(register);
    const slot = this.#slots.get(key) ?? this.#code.ir.newSlot(8);
    this.#slots.set(key, slot);
    return { base: framePointer, offset: 0, slot };
  }

  #temporary(): number {
    const register = this.#code.registers;
    this.#code.registers += 1;
    this.#added.add(register);
    return register;
  }

  #key(register: number): number {
    return this.#spilled.representative(register);
  }

  #isSpilled(register: number): boolean {
    return register >= firstVirtual && this.#spilled.registers.has(this.#key(register));
  }
}
