import type { MachineFunction, MachineInstruction } from './instruction.ts';

/**
 * Ways to make values again instead of keeping them: their only definition, if it depends on nothing. Such are
 * constants, addresses in the frame and references to maps.
 */
export function findRecipes(
  code: MachineFunction,
  spilled: ReadonlySet<number>,
  representative: (register: number) => number,
): Map<number, MachineInstruction> {
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
  const recipes = new Map<number, MachineInstruction>();
  for (const [register, [only, ...more]] of definitions) {
    if (only !== undefined && more.length === 0 && dependsOnNothing(only)) {
      recipes.set(register, only);
    }
  }
  return recipes;
}

/** Loads from the frame use no register either, but memory changes. */
function dependsOnNothing(instruction: MachineInstruction): boolean {
  const { form, uses, defs, slot } = instruction;
  if (uses.length > 0 || defs.length !== 1 || form === 'move') return false;
  return form !== 'plain' || slot === undefined;
}
