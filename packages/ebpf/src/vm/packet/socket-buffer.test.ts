import { describe, expect, test } from 'vitest';
import { alu64, assemble, callHelper, exit, load, r, store } from '../../isa/assembly.ts';
import type { Instruction } from '../../program/program.ts';
import { Machine, type RunOptions, type RunResult } from '../machine.ts';
import { field } from './socket-buffer-fields.ts';

const ipv4 = new Uint8Array(20);
ipv4.set([0x08, 0x00], 12);

const run = (code: readonly Instruction[], options: RunOptions = {}): RunResult => {
  const program = assemble([...code, exit()], { kind: 'tc' });
  return new Machine(program).run(program, ipv4, options);
};
const read = (offset: number, options?: RunOptions): number =>
  run([load('u32', 0, 1, offset)], options).verdict;

describe('the context of a tc program', () => {
  test('is by default what the kernel’s test run makes', () => {
    expect(read(field.len)).toBe(20);
    expect(read(field.ifindex)).toBe(1);
    expect(read(field.ingressIfindex)).toBe(0);
    expect(read(field.vlanPresent)).toBe(0);
  });

  test('holds the Ethertype in network order', () => {
    expect(read(field.protocol)).toBe(0x0008);
  });

  test('can be chosen field by field', () => {
    const options = { ingressIfindex: 7, skb: { mark: 5, vlanPresent: true, cb: [1, 2] } };

    expect(read(field.ifindex, options)).toBe(7);
    expect(read(field.mark, options)).toBe(5);
    expect(read(field.vlanPresent, options)).toBe(1);
    expect(read(field.cb + 4, options)).toBe(2);
  });

  test('can be written where the kernel allows it, and is given back', () => {
    const { context } = run([
      store('u32', 1, field.mark, 9),
      store('u8', 1, field.cb + 3, 1),
      alu64('mov', 0, 0),
    ]);

    expect(new DataView(context.buffer).getUint32(field.mark, true)).toBe(9);
    expect(context[field.cb + 3]).toBe(1);
  });

  test.each([
    ['a write of a part of the mark', store('u8', 1, field.mark, 1)],
    ['a write of the length', store('u32', 1, field.len, 1)],
    ['a read of a socket field', load('u32', 0, 1, 88)],
    ['a read of half a pointer', load('u16', 0, 1, field.data)],
  ])('refuses %s', (_, instruction) => {
    expect(() => run([instruction, alu64('mov', 0, r(1))])).toThrow('of __sk_buff');
  });
});

describe('a packet in several pieces', () => {
  const lengthOfLinear = [
    load('u32', 2, 1, field.data),
    load('u32', 0, 1, field.dataEnd),
    alu64('sub', 0, r(2)),
  ];

  test('shows its linear part to the program', () => {
    const { verdict, linearBytes } = run(lengthOfLinear, { skb: { linearBytes: 14 } });

    expect([verdict, linearBytes]).toEqual([14, 14]);
  });

  test('shows more after more was pulled', () => {
    const pulled = [
      alu64('mov', 6, r(1)),
      alu64('mov', 2, 18),
      callHelper(39),
      alu64('mov', 1, r(6)),
    ];
    const { verdict } = run([...pulled, ...lengthOfLinear], { skb: { linearBytes: 14 } });

    expect(verdict).toBe(18);
  });
});
