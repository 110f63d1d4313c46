import type { FunctionIr } from '../ir/function.ts';
import { layOutBlocks, mergeBlocks, removeUnreachable, threadJumps } from './blocks.ts';
import { removeDeadCode } from './dead-code.ts';
import { removeDeadStores } from './dead-stores.ts';
import { fuseTests } from './fuse-tests.ts';
import { mergeStores } from './merge-stores.ts';
import { narrowTests } from './narrow-tests.ts';
import { ValueNumbering } from './value-numbering.ts';

/** Improves a function without changing what it does. */
export function optimise(ir: FunctionIr): void {
  removeUnreachable(ir);
  threadJumps(ir);
  mergeBlocks(ir);
  new ValueNumbering(ir).run();
  removeUnreachable(ir);
  narrowTests(ir);
  fuseTests(ir);
  removeDeadCode(ir);
  removeDeadStores(ir);
  removeDeadCode(ir);
  mergeStores(ir);
  threadJumps(ir);
  mergeBlocks(ir);
  layOutBlocks(ir);
}
