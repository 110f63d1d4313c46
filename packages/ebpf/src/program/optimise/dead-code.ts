import type { FunctionIr } from '../ir/function.ts';
import type { Instruction } from '../ir/instruction.ts';
import { definition, inputsOf } from '../ir/uses.ts';

/** Removes what computes values that nobody reads. */
export function removeDeadCode(ir: FunctionIr): void {
  const counts = countUses(ir);
  for (let changed = true; changed;) {
    changed = false;
    for (const block of ir.blocks) {
      const kept = block.instructions.flatMap((instruction) => {
        const needed = strip(instruction, counts);
        if (needed !== instruction) changed = true;
        if (needed === undefined) forget(instruction, counts);
        return needed ?? [];
      });
      block.instructions = kept;
    }
  }
}

/** How often each register is read. */
export function countUses(ir: FunctionIr): Map<number, number> {
  const counts = new Map<number, number>();
  for (const block of ir.blocks) {
    const readers =
      block.end === undefined ? block.instructions : [...block.instructions, block.end];
    for (const reader of readers) {
      for (const input of inputsOf(reader)) {
        if (input.kind === 'register') {
          counts.set(input.register, (counts.get(input.register) ?? 0) + 1);
        }
      }
    }
  }
  return counts;
}

/** The instruction without a result that nobody reads; undefined if it was only there for that. */
function strip(instruction: Instruction, counts: Map<number, number>): Instruction | undefined {
  const d = definition(instruction);
  if (d === undefined || (counts.get(d) ?? 0) > 0) return instruction;
  if (instruction.kind !== 'call' && instruction.kind !== 'atomic') return undefined;
  const { d: _unread, ...rest } = instruction;
  return rest;
}

function forget(instruction: Instruction, counts: Map<number, number>): void {
  for (const input of inputsOf(instruction)) {
    if (input.kind === 'register') {
      counts.set(input.register, (counts.get(input.register) ?? 1) - 1);
    }
  }
}
