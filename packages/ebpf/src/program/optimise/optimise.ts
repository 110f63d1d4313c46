import type { Block, FunctionIr } from '../ir/function.ts';
import { successors } from '../ir/uses.ts';

/** Improves a function without changing what it does. */
export function optimise(_program: string, ir: FunctionIr): void {
  removeUnreachable(ir);
}

function removeUnreachable(ir: FunctionIr): void {
  const seen = new Set<Block>();
  const pending = ir.blocks.slice(0, 1);
  for (let block = pending.pop(); block !== undefined; block = pending.pop()) {
    if (seen.has(block)) continue;
    seen.add(block);
    pending.push(...successors(block));
  }
  ir.blocks = ir.blocks.filter((block) => seen.has(block));
}
