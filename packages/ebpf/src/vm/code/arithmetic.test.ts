import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alu32, alu64, assemble, exit, jump, jump32, r, swap, wide } from '../../isa/assembly.ts';
import type { AluOperation, JumpOperation } from '../../isa/index.ts';
import type { Instruction } from '../../program/program.ts';
import { Machine } from '../machine.ts';

const unsigned = (bits: number, value: bigint): bigint => BigInt.asUintN(bits, value);
const signed = (bits: number, value: bigint): bigint => BigInt.asIntN(bits, value);

/** What the instruction set says, in BigInt. */
const alu: Record<Exclude<AluOperation, 'end'>, (a: bigint, b: bigint, bits: number) => bigint> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => (b === 0n ? 0n : a / b),
  mod: (a, b) => (b === 0n ? a : a % b),
  or: (a, b) => a | b,
  and: (a, b) => a & b,
  xor: (a, b) => a ^ b,
  shl: (a, b, bits) => a << (b & BigInt(bits - 1)),
  shr: (a, b, bits) => a >> (b & BigInt(bits - 1)),
  arsh: (a, b, bits) => signed(bits, a) >> (b & BigInt(bits - 1)),
  neg: (a) => -a,
  mov: (_, b) => b,
};
type Comparison = Exclude<JumpOperation, 'always' | 'call' | 'exit'>;
const compare: Record<Comparison, (a: bigint, b: bigint, bits: number) => boolean> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  sgt: (a, b, bits) => signed(bits, a) > signed(bits, b),
  sge: (a, b, bits) => signed(bits, a) >= signed(bits, b),
  slt: (a, b, bits) => signed(bits, a) < signed(bits, b),
  sle: (a, b, bits) => signed(bits, a) <= signed(bits, b),
  set: (a, b) => (a & b) !== 0n,
};

/** All of register 3 after some instructions: by two runs, one for each half. */
function resultOf(code: readonly (Instruction | readonly Instruction[])[]): bigint {
  const half = (shift: number): bigint => {
    const program = assemble([...code, alu64('mov', 0, r(3)), alu64('shr', 0, shift), exit()]);
    return BigInt(new Machine(program).run(program, new Uint8Array(14)).verdict);
  };
  return (half(32) << 32n) | half(0);
}

const interesting = [0n, 1n, 2n, 31n, 32n, 33n, 63n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn];
const word = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }),
  fc.constantFrom(...interesting, ...interesting.map((value) => unsigned(64, -value))),
);
const immediate = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.nat(64));

describe.each(Object.keys(alu) as (keyof typeof alu)[])('%s', (name) => {
  const options = { numRuns: 200 };

  test('computes on 64 bits as BigInt does', () => {
    fc.assert(
      fc.property(word, word, immediate, (a, b, i) => {
        const wide64 = [wide(3, a), wide(4, b)];
        const expected = (second: bigint): bigint => unsigned(64, alu[name](a, second, 64));
        expect(resultOf([...wide64, alu64(name, 3, r(4))])).toBe(expected(b));
        expect(resultOf([...wide64, alu64(name, 3, i)])).toBe(expected(unsigned(64, BigInt(i))));
      }),
      options,
    );
  });

  test('computes on 32 bits as BigInt does, and clears the upper half', () => {
    fc.assert(
      fc.property(word, word, immediate, (a, b, i) => {
        const loads = [wide(3, a), wide(4, b)];
        const expected = (second: bigint): bigint =>
          unsigned(32, alu[name](unsigned(32, a), unsigned(32, second), 32));
        expect(resultOf([...loads, alu32(name, 3, r(4))])).toBe(expected(b));
        expect(resultOf([...loads, alu32(name, 3, i)])).toBe(expected(BigInt(i)));
      }),
      options,
    );
  });
});

/** Whether a conditional jump over three slots is taken. */
const taken = (a: bigint, b: bigint, branch: Instruction): boolean =>
  resultOf([wide(3, a), wide(4, b), branch, wide(3, 0n), jump('always', 0, 0, 2), wide(3, 1n)]) ===
  1n;

test.each(Object.keys(compare) as Comparison[])('%s compares as BigInt does', (name) => {
  fc.assert(
    fc.property(word, word, immediate, (a, b, i) => {
      const [short, other] = [unsigned(32, a), unsigned(32, b)];
      expect(taken(a, b, jump(name, 3, r(4), 3))).toBe(compare[name](a, b, 64));
      expect(taken(a, b, jump32(name, 3, r(4), 3))).toBe(compare[name](short, other, 32));
      const [i64, i32] = [unsigned(64, BigInt(i)), unsigned(32, BigInt(i))];
      expect(taken(a, b, jump(name, 3, i, 3))).toBe(compare[name](a, i64, 64));
      expect(taken(a, b, jump32(name, 3, i, 3))).toBe(compare[name](short, i32, 32));
    }),
    { numRuns: 200 },
  );
});

test.each([
  ['be', 16, 0x8877n],
  ['be', 32, 0x8877_6655n],
  ['be', 64, 0x8877_6655_4433_2211n],
  ['le', 16, 0x7788n],
  ['le', 32, 0x5566_7788n],
  ['le', 64, 0x1122_3344_5566_7788n],
] as const)('%s%i swaps or cuts', (to, bits, expected) => {
  expect(resultOf([wide(3, 0x1122_3344_5566_7788n), swap(to, 3, bits)])).toBe(expected);
});
