import { BuildError } from '../build-error.ts';
import type { Origin } from '../origin.ts';
import { endUses, firstVirtual, type MachineFunction } from './instruction.ts';
import { findLiveness } from './liveness.ts';

/**
 * Throws BuildError if a value may be read on a way on which it was not computed: it was taken out of the
 * closure of an `if`, or used by a body after that body was left.
 */
export function checkDefined(program: string, code: MachineFunction): void {
  const missing = findLiveness(code).atEntry.find((register) => register >= firstVirtual);
  if (missing === undefined) return;
  const origin = firstUse(code, missing);
  throw new BuildError(
    [program, ...(origin?.path ?? []), code.ir.name],
    `a value is used where it may not have been computed, for example outside of the closure that made it${placeOf(origin)}`,
  );
}

function firstUse(code: MachineFunction, register: number): Origin | undefined {
  for (const block of code.blocks) {
    const found = block.instructions.find(({ uses }) => uses.includes(register));
    if (found !== undefined) return found.origin;
    if (endUses(block.end).includes(register)) return block.end.origin;
  }
  return undefined;
}

/** The frame of the source program, if its stack shows one that is not the builder's. */
function placeOf(origin: Origin | undefined): string {
  const lines = origin?.error.stack?.split('\n').slice(1) ?? [];
  const place = lines.find((line) => !/[\\/]program[\\/][a-z-]+\.[jt]s/.test(line));
  return place === undefined ? '' : ` (${place.trim()})`;
}
