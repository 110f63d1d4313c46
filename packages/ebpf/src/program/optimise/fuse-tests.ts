import type { FunctionIr } from '../ir/function.ts';
import type { BlockEnd, Instruction } from '../ir/instruction.ts';
import { countUses } from './dead-code.ts';
import { Definitions } from './definitions.ts';

/** `(x and mask) == 0` is one jump of the machine, if nobody else wants the masked value. */
export function fuseTests(ir: FunctionIr): void {
  const uses = countUses(ir);
  const definitions = new Definitions(ir);
  for (const block of ir.blocks) block.instructions.forEach((i) => definitions.define(i));
  for (const block of ir.blocks) {
    if (block.end === undefined) continue;
    block.end = fused(block.end, (register) =>
      uses.get(register) === 1 && definitions.lasts({ kind: 'register', register })
        ? definitions.find(register)
        : undefined,
    );
  }
}

function fused(
  end: BlockEnd,
  single: (register: number) => Instruction | undefined,
): BlockEnd {
  if (end.kind !== 'branch' || (end.comparison !== 'eq' && end.comparison !== 'ne')) return end;
  if (end.right.kind !== 'constant' || end.right.value !== 0n) return end;
  if (end.left.kind !== 'register') return end;
  const masked = single(end.left.register);
  if (masked?.kind !== 'alu' || masked.operation !== 'and') return end;
  if (masked.width !== end.width || masked.left.kind !== 'register') return end;
  const [whenTrue, whenFalse] =
    end.comparison === 'ne' ? [end.whenTrue, end.whenFalse] : [end.whenFalse, end.whenTrue];
  const { left, right } = masked;
  return { ...end, comparison: 'set', left, right, whenTrue, whenFalse };
}
