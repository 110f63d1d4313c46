import { u64, type U64 } from '../layout/index.ts';
import type { MapDefinition } from '../map/index.ts';
import { addressInput, checkFresh, type AnyPointer } from './address.ts';
import type { Builder } from './builder.ts';
import { findHelper, type HelperName } from './helpers.ts';
import type { FunctionIr } from './ir/function.ts';
import { constant, inRegister, type Input } from './ir/input.ts';
import { anyInput } from './operand.ts';
import { passArgument, type ArgumentOf, type Parameter } from './parameter.ts';
import type { Subprogram } from './subprogram.ts';
import { Value, type Operand } from './value.ts';

/** The machine passes arguments in r1 to r5. */
export const maximumArguments = 5;

export function callHelper(
  builder: Builder,
  which: HelperName | number,
  inputs: readonly Input[],
): Value<U64> {
  const { recorder } = builder;
  const target = findHelper(which);
  if (inputs.length > maximumArguments) {
    throw recorder.error(target.name, `${inputs.length} arguments: at most ${maximumArguments}`);
  }
  const d = recorder.register();
  recorder.append({ kind: 'call', d, target, inputs });
  if (target.changesPacket) packetChanged(builder);
  const result = new Value(builder, u64, inRegister(d));
  return target.returnsInt === true ? signExtended(result) : result;
}

/** The sign of the lower half in the upper one, too. It costs nothing if the result is only compared with 0. */
function signExtended(result: Value<U64>): Value<U64> {
  const { recorder } = result.builder;
  const d = recorder.register();
  const upper = constant(32);
  const left = result.shl(32).input;
  recorder.append({ kind: 'alu', operation: 'sar', width: 64, d, left, right: upper });
  return new Value(result.builder, u64, inRegister(d));
}

export type ArgumentsOf<P extends readonly Parameter[]> = { [I in keyof P]: ArgumentOf<P[I]> };

export function callSubprogram<P extends readonly Parameter[]>(
  builder: Builder,
  subprogram: Subprogram<P>,
  args: ArgumentsOf<P>,
): Value<U64> {
  const { recorder } = builder;
  const step = `call ${subprogram.name}`;
  recorder.mark();
  if (args.length !== subprogram.parameters.length) {
    throw recorder.error(
      step,
      `wants ${subprogram.parameters.length} arguments, got ${args.length}`,
    );
  }
  const inputs = subprogram.parameters.map((parameter, index) =>
    passArgument(builder, parameter, args[index] as Operand, step),
  );
  const target = recorder.assembly.subprogram(subprogram, (into) =>
    subprogram.build(recorder.assembly, into, recorder.path),
  );
  if (!target.complete) throw recorder.error(step, 'it calls itself, which the kernel refuses');
  recorder.mark();
  const d = recorder.register();
  recorder.append({ kind: 'call', d, target, inputs });
  if (target.changesPacket) packetChanged(builder);
  return new Value(builder, u64, inRegister(d));
}

export type Argument = Operand | AnyPointer | MapDefinition;

/** An argument of a helper: numbers, addresses and maps. */
export function argumentInput(builder: Builder, argument: Argument, step: string): Input {
  if (typeof argument === 'object' && 'place' in argument) {
    if (argument.builder !== builder) {
      throw builder.recorder.error(step, 'the pointer belongs to another function');
    }
    checkFresh(builder, argument.place, step);
    return addressInput(builder, argument.place);
  }
  if (typeof argument === 'object' && 'kind' in argument) {
    return { kind: 'map', map: argument, reference: 'map', offset: 0 };
  }
  return anyInput(builder, argument, step);
}

/** Callbacks run any number of times within the call. */
export function callbackInput(target: FunctionIr): Input {
  return { kind: 'function', target };
}

export function packetChanged(builder: Builder): void {
  builder.recorder.ir.changesPacket = true;
  builder.recorder.newPacketGeneration();
}
