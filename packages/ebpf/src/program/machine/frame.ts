import type { FunctionIr } from '../ir/function.ts';
import type { FrameSlot } from '../ir/input.ts';
import type { MachineFunction } from './instruction.ts';
import { findConflicts } from './slot-conflicts.ts';

/** Where each slot begins, as a distance from the frame pointer. */
export interface Frame {
  readonly sizeBytes: number;
  readonly positionOf: (slot: FrameSlot) => number;
}

/** Gives the slots their places, aligned to 8 bytes. Slots that are not needed at the same time may share one. */
export function layOutFrame(code: MachineFunction, escaped: ReadonlySet<FrameSlot>): Frame {
  const conflicts = findConflicts(code, escaped);
  const positions = new Map<FrameSlot, number>();
  let deepest = 0;
  const largestFirst = [...conflicts.keys()].toSorted((a, b) => b.sizeBytes - a.sizeBytes);
  for (const slot of largestFirst) {
    const taken = [...(conflicts.get(slot) ?? [])]
      .flatMap((other) => {
        const end = positions.get(other);
        return end === undefined ? [] : [{ from: end - rounded(other.sizeBytes), to: end }];
      })
      .toSorted((a, b) => a.from - b.from);
    let from = 0;
    for (const gap of taken) {
      if (from + rounded(slot.sizeBytes) <= gap.from) break;
      from = Math.max(from, gap.to);
    }
    const to = from + rounded(slot.sizeBytes);
    positions.set(slot, to);
    deepest = Math.max(deepest, to);
  }
  return { sizeBytes: deepest, positionOf: (slot) => -(positions.get(slot) ?? 0) };
}

const rounded = (sizeBytes: number): number => Math.ceil(sizeBytes / 8) * 8;

/** Stack of the verifier: frames count in steps of 32 bytes, at least one. check_max_stack_depth(). */
export const chargedBytes = (frameBytes: number): number =>
  Math.max(32, Math.ceil(frameBytes / 32) * 32);

/** Bytes that a function and the deepest chain of functions it calls take together. */
export function deepestChain(
  entry: FunctionIr,
  frameBytes: ReadonlyMap<FunctionIr, number>,
  callees: ReadonlyMap<FunctionIr, ReadonlySet<FunctionIr>>,
): number {
  const below = [...(callees.get(entry) ?? [])].map((callee) =>
    deepestChain(callee, frameBytes, callees),
  );
  return chargedBytes(frameBytes.get(entry) ?? 0) + Math.max(0, ...below);
}
