import type { U64 } from '../layout/index.ts';
import type { Assembly } from './assembly.ts';
import { BuildError } from './build-error.ts';
import { Builder } from './builder.ts';
import { maximumArguments } from './call.ts';
import { buildFunction } from './function-body.ts';
import type { FunctionIr } from './ir/function.ts';
import { receiveArgument, type Parameter, type ReceivedOf } from './parameter.ts';
import type { Operand } from './value.ts';

type AllReceived<P extends readonly Parameter[]> = { [I in keyof P]: ReceivedOf<P[I]> };

/** A function of its own, called with `call`. Its body runs once for each program that calls it. */
export interface Subprogram<P extends readonly Parameter[] = readonly Parameter[]> {
  readonly name: string;
  readonly parameters: P;
  /** For the builder's own use. */
  build(assembly: Assembly, into: FunctionIr, path: readonly string[]): void;
}

/**
 * Declares a function that programs may call; the stack it uses is added to its caller's. The verifier looks at it once,
 * apart from its callers: it knows nothing about its numbers, and they know nothing about its result. What is called
 * from many places, or many ways lead to, therefore belongs in one.
 */
export function subprogram<const P extends readonly Parameter[]>(
  name: string,
  parameters: P,
  body: (b: Builder, ...args: AllReceived<P>) => Operand<U64>,
): Subprogram<P> {
  if (parameters.length > maximumArguments) {
    throw new BuildError([name], `${parameters.length} parameters: at most ${maximumArguments}`);
  }
  return {
    name,
    parameters,
    build: (assembly, into, path) =>
      buildFunction(new Builder(assembly, into, [...path, name]), (b, inputs) => {
        const args = parameters.map((one, index) => receiveArgument(b, one, inputs(index)));
        return body(b, ...(args as unknown as AllReceived<P>));
      }),
  };
}
