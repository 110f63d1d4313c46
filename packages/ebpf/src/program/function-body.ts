import type { Builder } from './builder.ts';
import { BuildError } from './build-error.ts';
import { inRegister, type Input } from './ir/input.ts';
import { anyInput } from './operand.ts';
import type { Operand } from './value.ts';

/** Runs a body, which gets its arguments by number, and checks that it ends and answers everything. */
export function buildFunction(
  builder: Builder,
  body: (builder: Builder, argument: (index: number) => Input) => Operand | void,
): void {
  const { recorder } = builder;
  const result = body(builder, (index) => {
    const d = recorder.register();
    recorder.append({ kind: 'argument', d, index });
    return inRegister(d);
  });
  const [pending] = recorder.unanswered.values();
  if (pending !== undefined) {
    throw new BuildError(
      [recorder.assembly.name, ...pending],
      'nobody said what happens if it is absent: use orReturn(), orElse() or match()',
    );
  }
  if (!recorder.reachable) return;
  if (result === undefined) {
    throw recorder.error('end', 'the body can end without a result: return one on every path');
  }
  recorder.return(anyInput(builder, result, 'result'));
}
