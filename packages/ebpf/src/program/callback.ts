import { u32, type Struct, type U32, type U64 } from '../layout/index.ts';
import type { MapDefinition } from '../map/index.ts';
import { addressInput } from './address.ts';
import type { Builder } from './builder.ts';
import { argumentInput, callbackInput, callHelper, packetChanged } from './call.ts';
import { buildFunction } from './function-body.ts';
import { constant, type Input } from './ir/input.ts';
import type { Space } from './ir/instruction.ts';
import { inputOf } from './operand.ts';
import { Pointer } from './pointer.ts';
import { Value, type Operand } from './value.ts';

/** Runs `body` up to `count` times (bpf_loop, kernel 5.17); a result of 1 stops it. */
export function makeLoop<C extends Struct>(
  builder: Builder,
  count: Operand<U32>,
  context: Pointer<C>,
  body: (b: Builder, index: Value<U32>, context: Pointer<C>) => Operand,
): Value<U64> {
  builder.recorder.mark();
  const times = inputOf(builder, u32, count, 'loop');
  const target = makeCallback(builder, { step: 'loop', name: 'loop' }, (b, argument) => {
    const index = new Value(b, u32, argument(0));
    return body(b, index, passedContext(b, context, argument(1)));
  });
  const inputs = [times, target, argumentInput(builder, context, 'loop'), constant(0)];
  return callHelper(builder, 'loop', inputs);
}

/** Runs `body` for each entry of a map (bpf_for_each_map_elem, kernel 5.13); a result of 1 stops it. */
export function makeForEach<K extends Struct, V extends Struct, C extends Struct>(
  builder: Builder,
  map: MapDefinition<K, V>,
  context: Pointer<C>,
  body: (b: Builder, key: Pointer<K>, value: Pointer<V>, context: Pointer<C>) => Operand,
): Value<U64> {
  builder.recorder.mark();
  const target = makeCallback(builder, { step: 'forEach', name: 'for_each' }, (b, argument) => {
    const at = (index: number, space: Space) => ({ base: argument(index), offset: 0, space });
    const key = new Pointer(b, map.key, at(1, 'mapKey'));
    const value = new Pointer(b, map.value, at(2, 'mapValue'));
    return body(b, key, value, passedContext(b, context, argument(3)));
  });
  const inputs = [
    argumentInput(builder, map, 'forEach'),
    target,
    addressInput(builder, context.place),
    constant(0),
  ];
  return callHelper(builder, 'for_each_map_elem', inputs);
}

function passedContext<C extends Struct>(b: Builder, given: Pointer<C>, base: Input): Pointer<C> {
  const space = given.place.space === 'stack' ? 'stack' : 'other';
  return new Pointer(b, given.layout, { base, offset: 0, space });
}

function makeCallback(
  builder: Builder,
  { step, name }: { readonly step: string; readonly name: string },
  body: Parameters<typeof buildFunction>[1],
): Input {
  const { recorder } = builder;
  const { assembly } = recorder;
  const target = assembly.addFunction(assembly.callbackName(name));
  buildFunction(builder.another(target, [...recorder.path, step]), body);
  target.complete = true;
  recorder.mark();
  if (target.changesPacket) packetChanged(builder);
  return callbackInput(target);
}
