import type { Struct } from '../layout/index.ts';
import { addressInput } from './address.ts';
import type { Builder } from './builder.ts';
import { inRegister } from './ir/input.ts';
import type { Space } from './ir/instruction.ts';
import type { Joining } from './optional.ts';
import { Pointer } from './pointer.ts';

/** Brings pointers of several ways into one register. */
export function joinPointers<S extends Struct>(builder: Builder, layout: S): Joining<Pointer<S>> {
  const { recorder } = builder;
  const d = recorder.register();
  const spaces = new Set<Space>();
  let packetGeneration: number | undefined;
  return {
    accept(pointer) {
      if (pointer.layout.sizeBytes !== layout.sizeBytes) {
        throw recorder.error(
          'orElse',
          `one way gives ${pointer.layout.sizeBytes} bytes, the other ${layout.sizeBytes}`,
        );
      }
      recorder.append({ kind: 'move', d, width: 64, source: addressInput(builder, pointer.place) });
      spaces.add(pointer.place.space);
      packetGeneration ??= pointer.place.packetGeneration;
    },
    result() {
      const [only] = spaces;
      const space = spaces.size === 1 && only !== undefined ? only : 'other';
      return new Pointer(builder, layout, {
        base: inRegister(d),
        offset: 0,
        space,
        ...(packetGeneration === undefined ? {} : { packetGeneration }),
      });
    },
  };
}
