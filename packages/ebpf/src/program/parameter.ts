import type { Scalar, Struct } from '../layout/index.ts';
import { addressInput, checkFresh, type AnyPointer } from './address.ts';
import type { Builder } from './builder.ts';
import { Condition } from './condition.ts';
import { constant, type Input } from './ir/input.ts';
import { makeLocal } from './local.ts';
import { inputOf } from './operand.ts';
import { absentIf, PendingOptional, type Optional } from './optional.ts';
import { Packet, type Hook } from './packet.ts';
import { Pointer } from './pointer.ts';
import { Value, type Operand } from './value.ts';

/** The packet that the program was called for, as a parameter. */
export interface PacketParameter<H extends Hook = Hook> {
  readonly kind: 'packet';
  readonly hook: H;
}

/** What a function can be given: a number, memory laid out in some way, the packet. */
export type Parameter = Scalar | Struct | PacketParameter;

/** What a caller gives. */
export type ArgumentOf<P extends Parameter> = P extends Scalar
  ? Operand<P>
  : P extends Struct
    ? AnyPointer
    : Packet;
/** What the body gets. The verifier asks of every function that it looks whether there is memory. */
export type ReceivedOf<P extends Parameter> = P extends Scalar
  ? Value<P>
  : P extends Struct
    ? Optional<Pointer<P>>
    : Packet;

export const packetOf = <H extends Hook>(hook: H): PacketParameter<H> => ({ kind: 'packet', hook });

/** The argument as the machine passes it. Throws BuildError if it is none for the parameter. */
export function passArgument(
  builder: Builder,
  parameter: Parameter,
  argument: Operand | AnyPointer | Packet,
  step: string,
): Input {
  if (parameter.kind === 'scalar') return inputOf(builder, parameter, argument as Operand, step);
  const pointer =
    parameter.kind === 'packet' ? (argument as Packet).context : (argument as AnyPointer);
  const fail = (message: string) => builder.recorder.error(step, message);
  if (typeof pointer !== 'object' || !('place' in pointer)) throw fail('it wants a pointer');
  if (pointer.builder !== builder) throw fail('the pointer belongs to another function');
  checkFresh(builder, pointer.place, step);
  if (parameter.kind === 'struct' && pointer.layout.sizeBytes < parameter.sizeBytes) {
    throw fail(
      `${pointer.layout.name} has ${pointer.layout.sizeBytes} bytes, ${parameter.name} ${parameter.sizeBytes}`,
    );
  }
  return addressInput(builder, asMemory(pointer).place);
}

/** The key that a callback is called with is no memory to the verifier: a function gets a copy of it. */
function asMemory(pointer: AnyPointer): AnyPointer {
  if (pointer.place.space !== 'mapKey') return pointer;
  const copy = makeLocal(pointer.builder, pointer.layout, {});
  copy.copyBytes(0, pointer, 0, pointer.layout.sizeBytes);
  return copy;
}

/** The argument as the body sees it. */
export function receiveArgument(
  builder: Builder,
  parameter: Parameter,
  input: Input,
): Value | Optional<Pointer> | Packet {
  if (parameter.kind === 'scalar') return new Value(builder, parameter, input);
  if (parameter.kind === 'packet') return new Packet(builder, parameter.hook, input);
  return optionalMemory(builder, parameter, input);
}

function optionalMemory(builder: Builder, layout: Struct, base: Input): Optional<Pointer> {
  const isAbsent = new Condition(builder, {
    kind: 'compare',
    comparison: 'eq',
    width: 64,
    left: base,
    right: constant(0),
  });
  const pointer = new Pointer(builder, layout, { base, offset: 0, space: 'other' });
  return new PendingOptional(builder, {
    step: `memory of ${layout.name}`,
    branch: absentIf(builder, isAbsent),
    present: () => pointer,
    join: () => {
      throw builder.recorder.error(layout.name, 'nothing can stand for memory that is not there');
    },
  });
}
