import { ExpressionEvaluator, type Environment } from './evaluate-expression.ts';
import { StatementEvaluator } from './evaluate-statement.ts';
import type { MapsModel } from './maps-model.ts';
import { FrameModel } from './packet-model.ts';
import type { Expression, GeneratedProgram, Statement } from './syntax.ts';

/** Runs a generated program by its meaning: the third opinion beside interpreter and kernel. */
export function evaluateProgram(
  program: GeneratedProgram,
  packet: Uint8Array,
  maps: MapsModel,
): { readonly verdict: number; readonly packet: Uint8Array } {
  const frame = new FrameModel(packet);
  const environment: Environment = {
    maps,
    packet: frame,
    values: new Map(),
    pointers: new Map(),
    call: evaluateFunction,
  };
  const value = evaluateFunction(environment, program.body, program.verdict);
  return { verdict: Number(BigInt.asUintN(32, value)), packet: frame.bytes };
}

/** Runs a body to its end or to a return. */
function evaluateFunction(
  environment: Environment,
  body: readonly Statement[],
  result: Expression,
): bigint {
  const expressions = new ExpressionEvaluator(environment);
  const end = new StatementEvaluator(environment, expressions).block(body);
  return end?.how === 'return' ? end.value : expressions.value(result);
}
