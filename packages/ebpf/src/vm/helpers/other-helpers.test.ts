import { describe, expect, test } from 'vitest';
import { alu64, assemble, callHelper, exit, mapReference, r, store } from '../../isa/assembly.ts';
import { ringBuffer } from '../../map/index.ts';
import { Machine, type MachineOptions } from '../machine.ts';
import { VmRingBuffer } from '../maps/ring-buffer.ts';

const packet = new Uint8Array(14);

/** Upper or lower half of what a helper without arguments gives. */
function ask(helper: number, options: MachineOptions, shift = 0): number {
  const program = assemble([callHelper(helper), alu64('shr', 0, shift), exit()]);
  return new Machine(program, options).run(program, packet).verdict;
}

describe('the environment', () => {
  test('tells the time', () => {
    const options = { ktimeNs: () => 0x1_0000_0002n, jiffies: () => 0x3_ffff_ffffn };

    expect([ask(5, options), ask(5, options, 32)]).toEqual([2, 1]);
    expect([ask(118, options), ask(118, options, 32)]).toEqual([0xffff_ffff, 3]);
  });

  test('says which processor it is, and what is random', () => {
    expect(ask(8, { processors: 4, processor: 3 })).toBe(3);
    expect(ask(7, { random: () => 0xdead_beef })).toBe(0xdead_beef);
    expect(ask(7, { random: () => 0xdead_beef }, 32)).toBe(0);
  });
});

/** Of a number of bytes on the stack, old and new. */
const difference = (fromSize: number, toSize: number, seed: number): number => {
  const program = assemble([
    store('u64', 10, -16, 0x0001_0002),
    store('u64', 10, -8, 0x0003_0005),
    alu64('mov', 1, r(10)),
    alu64('add', 1, -16),
    alu64('mov', 2, fromSize),
    alu64('mov', 3, r(10)),
    alu64('add', 3, -8),
    alu64('mov', 4, toSize),
    alu64('mov', 5, seed),
    callHelper(28),
    exit(),
  ]);
  return new Machine(program).run(program, packet).verdict;
};

describe('bpf_csum_diff', () => {
  test('adds the new bytes and takes the old ones away', () => {
    expect(difference(0, 4, 0)).toBe(3 + 5);
    expect(difference(0, 4, 10)).toBe(3 + 5 + 10);
    expect(difference(4, 4, 0)).toBe(3 + 5 - 1 - 2);
    expect(difference(4, 0, 0)).toBe(0xffff - 1 - 2);
  });

  test('refuses sizes that are no multiple of four', () => {
    expect(difference(2, 4, 0) | 0).toBe(-22);
  });
});

test('bpf_ringbuf_output hands a copy of a record to the reader', () => {
  const ring = ringBuffer({ name: 'events', sizeBytes: 4096 });
  const program = assemble(
    [
      store('u64', 10, -8, 0x0102),
      mapReference(1),
      alu64('mov', 2, r(10)),
      alu64('add', 2, -8),
      alu64('mov', 3, 3),
      alu64('mov', 4, 0),
      callHelper(130),
      exit(),
    ],
    { relocations: [{ at: 1, map: ring, kind: 'map', offset: 0 }] },
  );
  const machine = new Machine(program);
  const map = machine.map(ring);

  expect(machine.run(program, packet).verdict).toBe(0);
  expect(map instanceof VmRingBuffer && map.records()).toEqual([new Uint8Array([2, 1, 0])]);
});
