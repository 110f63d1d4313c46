import { describe, expect, test } from 'vitest';
import { calculate, Numbers, programOf } from '../../test/calculate.ts';
import { struct, u32, u64 } from '../layout/index.ts';
import { hashMap } from '../map/index.ts';
import { Machine } from '../vm/index.ts';
import type { Builder, Pointer } from './index.ts';

const Key = struct('key', { id: u32 });
const Value = struct('value', { n: u64 });
const stock = hashMap({ name: 'stock', key: Key, value: Value, capacity: 8 });

type Body = (b: Builder, numbers: Pointer<typeof Numbers>) => void;

/** Runs a body with an entry 1 → 10 and an entry 2 → 20. */
const withStock =
  (body: Body) =>
  (x: number): { result: bigint; returned: number } => {
    const program = programOf(body);
    const machine = new Machine(program);
    machine.map(stock).set({ id: 1 }, { n: 10n });
    machine.map(stock).set({ id: 2 }, { n: 20n });
    const input = Numbers.encode({ a: 0n, b: 0n, x, y: 0, result: 0n });
    const { result, context } = machine.runSyscall(program, input);
    return { result: Numbers.decode(context).result, returned: result };
  };

test('orReturn() ends the function where nothing was found', () => {
  const run = withStock((b, n) => {
    n.set(
      'result',
      b
        .lookup(stock, { id: n.get('x') })
        .orReturn(7)
        .get('n'),
    );
  });

  expect(run(1)).toEqual({ result: 10n, returned: 0 });
  expect(run(9)).toEqual({ result: 0n, returned: 7 });
});

test('orElse() goes on with something else', () => {
  const run = withStock((b, n) => {
    const found = b
      .lookup(stock, { id: n.get('x') })
      .orElse(() => b.lookup(stock, { id: 2 }).orReturn(7));
    n.set('result', found.get('n'));
  });

  expect(run(1).result).toBe(10n);
  expect(run(9).result).toBe(20n);
});

test('orElse() joins a map value with a local', () => {
  const run = withStock((b, n) => {
    const found = b.lookup(stock, { id: n.get('x') }).orElse(() => b.local(Value, { n: 5 }));
    found.set('n', found.get('n').add(1));
    n.set('result', found.get('n'));
  });

  expect(run(1).result).toBe(11n);
  expect(run(9).result).toBe(6n);
});

test('match() runs one of two paths', () => {
  const run = withStock((b, n) =>
    b.lookup(stock, { id: n.get('x') }).match(
      (found) => n.set('result', found.get('n')),
      () => n.set('result', 99),
    ),
  );

  expect(run(2).result).toBe(20n);
  expect(run(3).result).toBe(99n);
});

test('where() makes what does not fit absent', () => {
  const run = withStock((b, n) => {
    const found = b
      .lookup(stock, { id: n.get('x') })
      .where((value) => value.get('n').gt(15))
      .orReturn(3);
    n.set('result', found.get('n'));
  });

  expect(run(2)).toEqual({ result: 20n, returned: 0 });
  expect(run(1)).toEqual({ result: 0n, returned: 3 });
  expect(run(5)).toEqual({ result: 0n, returned: 3 });
});

test('whenever() looks only if the condition holds', () => {
  const run = withStock((b, n) => {
    const found = b
      .whenever(n.get('x').ne(1), () => b.lookup(stock, { id: n.get('x') }))
      .orReturn(3);
    n.set('result', found.get('n'));
  });

  expect(run(2).result).toBe(20n);
  expect(run(1).returned).toBe(3);
});

describe('misuse is told apart', () => {
  test('an absence that nobody answers', () => {
    expect(() => calculate((b) => b.within('find', () => void b.lookup(stock, { id: 1 })))).toThrow(
      'calculate › find › lookup stock: nobody said what happens if it is absent',
    );
  });

  test('an absence answered twice', () => {
    expect(() =>
      calculate((b) => {
        const found = b.lookup(stock, { id: 1 });
        found.orReturn(0);
        found.orReturn(0);
      }),
    ).toThrow('calculate › lookup stock: its absence has been answered already');
  });

  test('an alternative that is none', () => {
    expect(() => calculate((b) => void b.lookup(stock, { id: 1 }).orElse(() => undefined))).toThrow(
      'orElse gave nothing, and did not return either',
    );
  });
});
