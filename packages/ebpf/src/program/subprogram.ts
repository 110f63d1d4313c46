import type { Scalar, U64 } from '../layout/index.ts';
import type { Assembly } from './assembly.ts';
import { BuildError } from './build-error.ts';
import { Builder } from './builder.ts';
import { maximumArguments } from './call.ts';
import { buildFunction } from './function-body.ts';
import type { FunctionIr } from './ir/function.ts';
import { Value, type Operand } from './value.ts';

type ValuesOf<P extends readonly Scalar[]> = { [I in keyof P]: Value<P[I]> };

/** A function of its own, called with `call`. Its body runs once for each program that calls it. */
export interface Subprogram<P extends readonly Scalar[] = readonly Scalar[]> {
  readonly name: string;
  readonly parameters: P;
  /** For the builder's own use. */
  build(assembly: Assembly, into: FunctionIr, path: readonly string[]): void;
}

/** Declares a function that programs may call; the stack it uses is added to its caller's. */
export function subprogram<const P extends readonly Scalar[]>(
  name: string,
  parameters: P,
  body: (b: Builder, ...args: ValuesOf<P>) => Operand<U64>,
): Subprogram<P> {
  if (parameters.length > maximumArguments) {
    throw new BuildError([name], `${parameters.length} parameters: at most ${maximumArguments}`);
  }
  return {
    name,
    parameters,
    build: (assembly, into, path) =>
      buildFunction(new Builder(assembly, into, [...path, name]), (b, inputs) => {
        const args = parameters.map((type, index) => new Value(b, type, inputs(index)));
        return body(b, ...(args as unknown as ValuesOf<P>));
      }),
  };
}
