import type { FrameSlot } from '../ir/input.ts';
import * as make from './make.ts';
import { framePointer, type MachineFunction, type MachineInstruction } from './instruction.ts';
import { endUses } from './instruction.ts';

/** A way to get a value again instead of keeping it: its only definition, if that depends on nothing. */
type Recipe = MachineInstruction;

/**
 * Moves registers to memory: a load before each use, a store after each definition, 64 bits wide so that the
 * verifier keeps what it knows. Values that can be made again are made again. Returns the registers it added.
 */
export function spill(
  code: MachineFunction,
  spilled: ReadonlySet<number>,
  representative: (register: number) => number,
): Set<number> {
  const added = new Set<number>();
  const slots = new Map<number, FrameSlot>();
  const recipes = findRecipes(code, spilled, representative);
  const isSpilled = (register: number): boolean => spilled.has(representative(register));
  const slotOf = (register: number): FrameSlot => {
    const key = representative(register);
    const slot = slots.get(key) ?? code.ir.newSlot(8);
    slots.set(key, slot);
    return slot;
  };
  const temporary = (): number => {
    const register = code.registers;
    code.registers += 1;
    added.add(register);
    return register;
  };
  const fetch = (register: number, into: number, like: MachineInstruction['origin']) => {
    const recipe = recipes.get(representative(register));
    if (recipe !== undefined) return { ...recipe, destination: into, defs: [into], origin: like };
    return make.load(like, 8, into, { base: framePointer, offset: 0, slot: slotOf(register) });
  };
  const keep = (register: number, from: number, like: MachineInstruction['origin']) =>
    make.storeRegister(like, 8, { base: framePointer, offset: 0, slot: slotOf(register) }, from);

  for (const block of code.blocks) {
    const result: MachineInstruction[] = [];
    for (const instruction of block.instructions) {
      rewrite(instruction, result);
    }
    const renamed = new Map<number, number>();
    for (const use of new Set(endUses(block.end))) {
      if (use < 16 || !isSpilled(use)) continue;
      const into = temporary();
      result.push(fetch(use, into, block.end.origin));
      renamed.set(use, into);
    }
    const { end } = block;
    if (end.kind === 'branch' && renamed.size > 0) {
      const right =
        'register' in end.right
          ? { register: renamed.get(end.right.register) ?? end.right.register }
          : end.right;
      block.end = { ...end, left: renamed.get(end.left) ?? end.left, right };
    }
    block.instructions = result;
  }
  return added;

  function rewrite(instruction: MachineInstruction, result: MachineInstruction[]): void {
    const { origin, form, destination, source } = instruction;
    const touched = [...new Set([...instruction.uses, ...instruction.defs])].filter(isSpilled);
    const made = touched.some(
      (register) => instruction.defs.includes(register) && recipes.has(representative(register)),
    );
    if (made) return;
    if (touched.length === 0) result.push(instruction);
    else if (form === 'move' && representative(destination) === representative(source)) return;
    else if (form === 'move' && touched.length === 1) {
      result.push(
        touched[0] === source ? fetch(source, destination, origin) : keep(destination, source, origin),
      );
    } else {
      const renamed = new Map(touched.map((register) => [register, temporary()]));
      for (const [register, into] of renamed) {
        if (instruction.uses.includes(register)) result.push(fetch(register, into, origin));
      }
      result.push(rename(instruction, (register) => renamed.get(register) ?? register));
      for (const [register, from] of renamed) {
        if (instruction.defs.includes(register)) result.push(keep(register, from, origin));
      }
    }
  }
}

export const rename = (
  instruction: MachineInstruction,
  to: (register: number) => number,
): MachineInstruction => ({
  ...instruction,
  destination: to(instruction.destination),
  source: to(instruction.source),
  uses: instruction.uses.map(to),
  defs: instruction.defs.map(to),
});

/** Constants, addresses in the frame and references to maps need no memory. */
function findRecipes(
  code: MachineFunction,
  spilled: ReadonlySet<number>,
  representative: (register: number) => number,
): Map<number, Recipe> {
  const definitions = new Map<number, MachineInstruction[]>();
  for (const block of code.blocks) {
    for (const instruction of block.instructions) {
      for (const written of instruction.defs) {
        const key = representative(written);
        if (!spilled.has(key)) continue;
        const known = definitions.get(key) ?? [];
        known.push(instruction);
        definitions.set(key, known);
      }
    }
  }
  const recipes = new Map<number, Recipe>();
  for (const [register, [only, ...more]] of definitions) {
    if (only === undefined || more.length > 0) continue;
    if (only.uses.length === 0 && only.form !== 'move' && only.defs.length === 1 && !readsMemory(only)) {
      recipes.set(register, only);
    }
  }
  return recipes;
}

/** Loads relative to the frame use no register but are no recipe: memory changes. */
const readsMemory = (instruction: MachineInstruction): boolean =>
  instruction.form === 'plain' && instruction.slot !== undefined;
