import type { Struct } from '../layout/index.ts';
import type { Builder } from './builder.ts';
import { inFrame, inRegister, type Input } from './ir/input.ts';
import type { Space } from './ir/instruction.ts';

/** A place in memory that a pointer stands for. */
export interface Address {
  readonly base: Input;
  readonly offset: number;
  readonly space: Space;
  /** For the packet: the loading of it that this place was checked in. */
  readonly packetGeneration?: number;
}

/** A pointer of any layout, for code that needs to know no more. */
export interface AnyPointer {
  readonly builder: Builder;
  readonly layout: Struct;
  readonly place: Address;
}

/** The address as one input, for a helper or a register. */
export function addressInput(builder: Builder, address: Address): Input {
  const { base, offset } = address;
  if (base.kind === 'frame') return inFrame(base.slot, base.offset + offset);
  if (offset === 0) return base;
  const d = builder.recorder.register();
  builder.recorder.append({
    kind: 'alu',
    operation: 'add',
    width: 64,
    d,
    left: base,
    right: { kind: 'constant', value: BigInt(offset) },
  });
  return inRegister(d);
}

/** Throws BuildError if the packet may have moved since the address was checked. */
export function checkFresh(builder: Builder, address: Address, step: string): void {
  const { packetGeneration } = address;
  if (packetGeneration === undefined || packetGeneration === builder.recorder.packetGeneration)
    return;
  throw builder.recorder.error(
    step,
    'the packet may have moved since this window was checked: call packet.reload() and take a new window',
  );
}
