import type { FunctionIr } from '../ir/function.ts';
import type { BlockEnd, Instruction } from '../ir/instruction.ts';
import { countUses } from './dead-code.ts';
import { Definitions } from './definitions.ts';

type Branch = Extract<BlockEnd, { kind: 'branch' }>;
type Alu = Extract<Instruction, { kind: 'alu' }>;

/** `(x and mask) == 0` is one jump of the machine, if nobody else wants the masked value. */
export function fuseTests(ir: FunctionIr): void {
  const uses = countUses(ir);
  const definitions = new Definitions(ir);
  for (const block of ir.blocks) block.instructions.forEach((i) => definitions.define(i));
  for (const block of ir.blocks) {
    const { end } = block;
    if (end?.kind !== 'branch' || !comparesWithZero(end) || end.left.kind !== 'register') continue;
    const masked = definitions.find(end.left.register);
    if (masked?.kind !== 'alu' || uses.get(masked.d) !== 1) continue;
    if (definitions.lasts(masked.left) && definitions.lasts(masked.right)) {
      block.end = fused(end, masked);
    }
  }
}

const comparesWithZero = ({ comparison, right }: Branch): boolean =>
  (comparison === 'eq' || comparison === 'ne') && right.kind === 'constant' && right.value === 0n;

function fused(end: Branch, { operation, width, left, right }: Alu): Branch {
  if (operation !== 'and' || width !== end.width || left.kind !== 'register') return end;
  const [whenTrue, whenFalse] =
    end.comparison === 'ne' ? [end.whenTrue, end.whenFalse] : [end.whenFalse, end.whenTrue];
  // There is no jump if no bit is set: falling through when one is takes two.
  if (whenFalse.cold && !whenTrue.cold) return end;
  return { ...end, comparison: 'set', left, right, whenTrue, whenFalse };
}
