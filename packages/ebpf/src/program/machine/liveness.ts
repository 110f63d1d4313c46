import { endTargets, endUses, type MachineBlock, type MachineFunction } from './instruction.ts';

/** Which registers hold something that is still needed, at the end of each block. */
export interface Liveness {
  readonly liveOut: ReadonlyMap<MachineBlock, ReadonlySet<number>>;
  readonly liveIn: ReadonlyMap<MachineBlock, ReadonlySet<number>>;
}

/** The usual backward data flow, repeated until nothing changes. */
export function findLiveness(code: MachineFunction): Liveness {
  const liveIn = new Map<MachineBlock, Set<number>>();
  const liveOut = new Map<MachineBlock, Set<number>>();
  const summaries = new Map(code.blocks.map((block) => [block, summarise(block)]));
  for (const block of code.blocks) {
    liveIn.set(block, new Set(summaries.get(block)?.uses));
    liveOut.set(block, new Set());
  }
  const update = (block: MachineBlock): boolean => {
    const out = liveOut.get(block) ?? new Set();
    const before = out.size;
    for (const target of endTargets(block.end)) {
      for (const register of liveIn.get(target) ?? []) {
        if (out.has(register)) continue;
        out.add(register);
        if (summaries.get(block)?.defs.has(register) !== true) liveIn.get(block)?.add(register);
      }
    }
    return out.size > before;
  };
  const upwards = code.blocks.toReversed();
  while (upwards.map(update).includes(true));
  return { liveIn, liveOut };
}

/** What a block reads before it writes it, and what it writes. */
function summarise(block: MachineBlock): { uses: Set<number>; defs: Set<number> } {
  const uses = new Set<number>();
  const defs = new Set<number>();
  for (const instruction of block.instructions) {
    for (const use of instruction.uses) if (!defs.has(use)) uses.add(use);
    for (const written of instruction.defs) defs.add(written);
  }
  for (const use of endUses(block.end)) if (!defs.has(use)) uses.add(use);
  return { uses, defs };
}
