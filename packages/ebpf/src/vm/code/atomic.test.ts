import { describe, expect, test } from 'vitest';
import { alu64, assemble, atomic, exit, load, r, store, wide } from '../../isa/assembly.ts';
import { Machine } from '../machine.ts';

type Operation = Parameters<typeof atomic>[1];
const start = 0x0000_0001_ffff_fff0n;
const operand = 0x0000_0000_0000_0018n;

/** Applies an operation to a stack slot; the slot, the source register and register 0 afterwards. */
function apply(
  size: 'u32' | 'u64',
  name: Operation,
  fetch: boolean,
  expected = start,
): { memory: bigint; source: bigint; zero: bigint } {
  const program = assemble(
    [
      wide(2, start),
      store('u64', 10, -8, r(2)),
      wide(2, operand),
      wide(0, expected),
      alu64('mov', 6, r(1)),
      atomic(size, name, 10, -8, 2, fetch),
      load('u64', 3, 10, -8),
      store('u64', 6, 0, r(3)),
      store('u64', 6, 8, r(2)),
      store('u64', 6, 16, r(0)),
      exit(),
    ],
    { kind: 'syscall', contextBytes: 24 },
  );
  const { context } = new Machine(program).runSyscall(program, new Uint8Array(24));
  const [memory = 0n, source = 0n, zero = 0n] = new BigUint64Array(context.buffer);
  return { memory, source, zero };
}

const upper = 0x1_0000_0000n;

describe('an atomic instruction', () => {
  test.each([
    ['add', start + operand, upper | 8n],
    ['or', start | operand, upper | 0xffff_fff8n],
    ['and', start & operand, upper | 0x10n],
    ['xor', start ^ operand, upper | 0xffff_ffe8n],
  ] as const)(
    '%s changes 64 or 32 bits of memory and may fetch the old value',
    (name, wideResult, shortResult) => {
      expect(apply('u64', name, false)).toMatchObject({ memory: wideResult, source: operand });
      expect(apply('u64', name, true)).toMatchObject({ memory: wideResult, source: start });
      expect(apply('u32', name, false)).toMatchObject({ memory: shortResult, source: operand });
      expect(apply('u32', name, true)).toMatchObject({ memory: shortResult, source: 0xffff_fff0n });
    },
  );

  test('exchange swaps memory and register', () => {
    expect(apply('u64', 'exchange', false)).toMatchObject({ memory: operand, source: start });
    expect(apply('u32', 'exchange', false)).toMatchObject({
      memory: upper | operand,
      source: 0xffff_fff0n,
    });
  });

  test('compareExchange writes only if register 0 holds what memory does', () => {
    expect(apply('u64', 'compareExchange', false)).toEqual({
      memory: operand,
      source: operand,
      zero: start,
    });
    expect(apply('u64', 'compareExchange', false, 5n)).toMatchObject({
      memory: start,
      zero: start,
    });
    expect(apply('u32', 'compareExchange', false, 0xffff_fff0n)).toMatchObject({
      memory: upper | operand,
      zero: 0xffff_fff0n,
    });
  });
});
