import type { Block, FunctionIr } from '../ir/function.ts';
import { successors } from '../ir/uses.ts';

/** How the blocks of a function hang together. */
export interface Graph {
  /** Every block after those that lead to it, except around loops. */
  readonly order: readonly Block[];
  readonly predecessors: (block: Block) => readonly Block[];
  /** The last block that every way to this one passes; undefined for the first. */
  readonly dominator: (block: Block) => Block | undefined;
}

export function findGraph(ir: FunctionIr): Graph {
  const order = reversePostorder(ir);
  const predecessors = new Map<Block, Block[]>(order.map((block) => [block, []]));
  for (const block of order) {
    for (const next of new Set(successors(block))) predecessors.get(next)?.push(block);
  }
  const dominators = findDominators(order, predecessors);
  return {
    order,
    predecessors: (block) => predecessors.get(block) ?? [],
    dominator: (block) => (block === order[0] ? undefined : dominators.get(block)),
  };
}

function reversePostorder(ir: FunctionIr): Block[] {
  const finished: Block[] = [];
  const seen = new Set<Block>();
  const [first] = ir.blocks;
  const pending: { block: Block; next: Block[] }[] = [];
  const enter = (block: Block): void => {
    seen.add(block);
    pending.push({ block, next: successors(block).toReversed() });
  };
  if (first !== undefined) enter(first);
  for (let top = pending.at(-1); top !== undefined; top = pending.at(-1)) {
    const next = top.next.shift();
    if (next === undefined) finished.push((pending.pop() ?? top).block);
    else if (!seen.has(next)) enter(next);
  }
  return finished.toReversed();
}

/** K. Cooper, T. Harvey and K. Kennedy, A Simple, Fast Dominance Algorithm, 2001. */
function findDominators(
  order: readonly Block[],
  predecessors: ReadonlyMap<Block, readonly Block[]>,
): Map<Block, Block> {
  const number = new Map(order.map((block, index) => [block, index]));
  const result = new Map<Block, Block>();
  const [first, ...others] = order;
  if (first !== undefined) result.set(first, first);
  const meet = (a: Block, b: Block): Block => {
    let [x, y] = [a, b];
    while (x !== y) {
      if ((number.get(x) ?? 0) > (number.get(y) ?? 0)) x = result.get(x) ?? y;
      else y = result.get(y) ?? x;
    }
    return x;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const block of others) {
      const known = (predecessors.get(block) ?? []).filter((from) => result.has(from));
      const [start, ...rest] = known;
      if (start === undefined) continue;
      const found = rest.reduce(meet, start);
      if (result.get(block) !== found) {
        result.set(block, found);
        changed = true;
      }
    }
  }
  return result;
}
