import {
  endTargets,
  type MachineBlock,
  type MachineEnd,
  type MachineFunction,
} from './instruction.ts';

/** Leads jumps past blocks that only jump on: some held nothing but copies, which allocation made idle. */
export function threadJumps(code: MachineFunction): void {
  for (const block of code.blocks) block.end = threaded(block.end);
  const reached = new Set<MachineBlock>();
  const pending = code.blocks.slice(0, 1);
  for (let block = pending.pop(); block !== undefined; block = pending.pop()) {
    if (reached.has(block)) continue;
    reached.add(block);
    pending.push(...endTargets(block.end));
  }
  code.blocks = code.blocks.filter((block) => reached.has(block));
}

function threaded(end: MachineEnd): MachineEnd {
  if (end.kind === 'exit') return end;
  if (end.kind === 'jump') return { ...end, target: follow(end.target) };
  const [whenTrue, whenFalse] = [follow(end.whenTrue), follow(end.whenFalse)];
  if (whenTrue === whenFalse) return { kind: 'jump', target: whenTrue, origin: end.origin };
  return { ...end, whenTrue, whenFalse };
}

function follow(from: MachineBlock): MachineBlock {
  const seen = new Set<MachineBlock>();
  let target = from;
  while (isIdle(target) && target.end.kind === 'jump' && !seen.has(target)) {
    seen.add(target);
    target = target.end.target;
  }
  return target;
}

const isIdle = (block: MachineBlock): boolean =>
  block.instructions.every(({ form }) => form === 'begin');
