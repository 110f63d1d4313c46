import type { FunctionIr } from '../ir/function.ts';
import type { Input } from '../ir/input.ts';
import type { AluOperation, BlockEnd } from '../ir/instruction.ts';
import { Definitions } from './definitions.ts';

type Branch = Extract<BlockEnd, { kind: 'branch' }>;

/** A number whose lower half was sign-extended is 0 if that half is: no need to extend it before asking. */
export function narrowTests(ir: FunctionIr): void {
  const definitions = new Definitions(ir);
  for (const block of ir.blocks) block.instructions.forEach((i) => definitions.define(i));
  for (const block of ir.blocks) {
    const { end } = block;
    if (end?.kind !== 'branch' || !comparesWithZero(end)) continue;
    const half = shifted(definitions, shifted(definitions, end.left, 'sar'), 'shl');
    if (half !== undefined) block.end = { ...end, width: 32, left: half };
  }
}

const comparesWithZero = ({ comparison, width, right }: Branch): boolean =>
  (comparison === 'eq' || comparison === 'ne') &&
  width === 64 &&
  right.kind === 'constant' &&
  right.value === 0n;

/** What a register holds shifted by 32 bits. */
function shifted(
  definitions: Definitions,
  input: Input | undefined,
  operation: AluOperation,
): Input | undefined {
  if (input?.kind !== 'register') return undefined;
  const made = definitions.find(input.register);
  if (made?.kind !== 'alu' || made.operation !== operation || made.width !== 64) return undefined;
  const isByHalf = made.right.kind === 'constant' && made.right.value === 32n;
  return isByHalf && definitions.lasts(made.left) ? made.left : undefined;
}
