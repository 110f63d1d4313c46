import type { Block, FunctionIr } from '../ir/function.ts';
import type { BlockEnd } from '../ir/instruction.ts';
import { successors } from '../ir/uses.ts';

/** Removes blocks that nothing leads to. */
export function removeUnreachable(ir: FunctionIr): void {
  const seen = new Set<Block>();
  const pending = ir.blocks.slice(0, 1);
  for (let block = pending.pop(); block !== undefined; block = pending.pop()) {
    if (seen.has(block)) continue;
    seen.add(block);
    pending.push(...successors(block));
  }
  ir.blocks = ir.blocks.filter((block) => seen.has(block));
}

/** Leads jumps past blocks that only jump on, and lets all returns of a constant be one block, out of the way. */
export function threadJumps(ir: FunctionIr): void {
  const returns = new Map<bigint, Block>();
  const follow = (block: Block): Block => {
    let target = block;
    const seen = new Set<Block>();
    while (target.instructions.length === 0 && target.end?.kind === 'jump' && !seen.has(target)) {
      seen.add(target);
      target = target.end.target;
    }
    if (target.instructions.length > 0 || target.end?.kind !== 'return') return target;
    const { value } = target.end;
    if (value.kind !== 'constant') return target;
    const shared = returns.get(value.value) ?? target;
    shared.cold = true;
    returns.set(value.value, shared);
    return shared;
  };
  for (const block of ir.blocks) {
    if (block.end !== undefined) block.end = threaded(block.end, follow);
  }
  removeUnreachable(ir);
}

function threaded(end: BlockEnd, follow: (block: Block) => Block): BlockEnd {
  if (end.kind === 'return') return end;
  if (end.kind === 'branch') {
    return { ...end, whenTrue: follow(end.whenTrue), whenFalse: follow(end.whenFalse) };
  }
  const target = follow(end.target);
  const returned = target.end;
  if (target.instructions.length === 0 && returned?.kind === 'return') return returned;
  return { ...end, target };
}

/** Joins a block with the one it always goes on to, if no other leads there. */
export function mergeBlocks(ir: FunctionIr): void {
  const incoming = new Map<Block, number>();
  for (const block of ir.blocks) {
    for (const next of new Set(successors(block))) {
      incoming.set(next, (incoming.get(next) ?? 0) + 1);
    }
  }
  const gone = new Set<Block>(ir.blocks.slice(0, 1));
  const onlyNext = ({ end }: Block): Block | undefined => {
    if (end?.kind !== 'jump' || incoming.get(end.target) !== 1) return undefined;
    return gone.has(end.target) ? undefined : end.target;
  };
  ir.blocks = ir.blocks.filter((block, index) => {
    if (index > 0 && gone.has(block)) return false;
    for (let next = onlyNext(block); next !== undefined; next = onlyNext(block)) {
      if (next === block) break;
      block.instructions = [...block.instructions, ...next.instructions];
      block.end = next.end;
      gone.add(next);
    }
    return true;
  });
}

/** Puts rarely run blocks last, so that the usual way falls through. */
export function layOutBlocks(ir: FunctionIr): void {
  const [first, ...others] = ir.blocks;
  if (first === undefined) return;
  ir.blocks = [
    first,
    ...others.filter((block) => !block.cold),
    ...others.filter((block) => block.cold),
  ];
}
