import type { Builder } from './builder.ts';
import type { LazyCondition } from './condition.ts';
import type { Block } from './ir/function.ts';

/** Ends the current block: to `whenTrue` or `whenFalse`, evaluating no more than needed. */
export function branchOn(
  builder: Builder,
  lazy: LazyCondition,
  whenTrue: Block,
  whenFalse: Block,
): void {
  const condition = typeof lazy === 'function' ? lazy() : lazy;
  const { recorder } = builder;
  if (condition.builder !== undefined && condition.builder !== builder) {
    throw recorder.error('if', 'the condition belongs to another function');
  }
  const { test } = condition;
  if (test.kind === 'compare') {
    recorder.branch(test.comparison, test.width, [test.left, test.right], [whenTrue, whenFalse]);
  } else if (test.kind === 'not') branchOn(builder, test.part, whenFalse, whenTrue);
  else {
    const every = test.kind === 'all';
    for (const part of test.parts) {
      const next = recorder.block();
      branchOn(builder, part, every ? next : whenTrue, every ? whenFalse : next);
      recorder.start(next);
    }
    recorder.jump(every ? whenTrue : whenFalse);
  }
}
