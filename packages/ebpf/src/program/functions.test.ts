import { describe, expect, test } from 'vitest';
import { calculate, Numbers, programOf } from '../../test/calculate.ts';
import { struct, u32, u64, u8 } from '../layout/index.ts';
import { hashMap } from '../map/index.ts';
import { Machine } from '../vm/index.ts';
import { BuildError, subprogram, type Subprogram } from './index.ts';

const Sum = struct('sum', { total: u64, rounds: u64 });
const Entry = struct('entry', { n: u64 });
const entries = hashMap({ name: 'entries', key: Entry, value: Entry, capacity: 8 });

const addAll = subprogram('add_all', [u8, u32, u64], (_b, x, y, z) =>
  x.to(u64).add(y.to(u64)).add(z),
);
const twice = subprogram('twice', [u64], (b, x) => b.call(addAll, 1, 2, x).add(x));

test('subprograms call each other', () => {
  const { result } = calculate((b, n) => n.set('result', b.call(twice, n.get('a'))), { a: 50n });

  expect(result).toBe(103n);
});

test('a subprogram is in a program once, and only if it is called', () => {
  const program = programOf((b, n) => {
    n.set('a', b.call(addAll, 1, 2, 3));
    n.set('b', b.call(addAll, 4, 5, 6));
    b.return(0);
    b.call(twice, 1);
  });

  expect(program.functions.map(({ name }) => name)).toEqual(['calculate', 'add_all']);
});

const addUp = subprogram('add_up', [Sum, u64], (_b, memory, more) => {
  const sum = memory.orReturn(0);
  sum.set('total', sum.get('total').add(more));
  sum.set('rounds', sum.get('rounds').add(1));
  return 1;
});

test('a subprogram changes memory that it is given', () => {
  const { a, b } = calculate((builder, n) => {
    const sum = builder.local(Sum, { total: 5 });
    builder.call(addUp, sum, 10);
    n.set('a', sum.get('total'));
    builder.call(addUp, sum, 20);
    n.set('b', sum.get('total').add(sum.get('rounds')));
  });

  expect([a, b]).toEqual([15n, 37n]);
});

test('a callback hands the key that it is called with to a subprogram', () => {
  const program = programOf((b, n) => {
    const sum = b.local(Sum);
    const addKey = subprogram('add_key', [Entry, Sum], (_b, key, of) => {
      const context = of.orReturn(0);
      context.set('total', context.get('total').add(key.orReturn(0).get('n')));
      return 1;
    });
    b.forEach(entries, sum, (inner, key, _value, context) => {
      inner.call(addKey, key, context);
      return 0;
    });
    n.set('result', sum.get('total'));
  });
  const machine = new Machine(program);
  machine.map(entries).set({ n: 2n }, { n: 10n });
  machine.map(entries).set({ n: 3n }, { n: 100n });
  const { context } = machine.runSyscall(program, new Uint8Array(Numbers.sizeBytes));

  expect(Numbers.decode(context).result).toBe(5n);
});

test('loop() runs its callback until that says stop', () => {
  const { a, b } = calculate(
    (builder, n) => {
      const sum = builder.local(Sum);
      const rounds = builder.loop(n.get('x'), sum, (inner, index, context) => {
        context.set('total', context.get('total').add(index.to(u64)));
        return inner.select(index.eq(50), u32, 1, 0);
      });
      n.set('a', sum.get('total'));
      n.set('b', rounds);
    },
    { x: 1000 },
  );

  expect([a, b]).toEqual([1275n, 51n]);
});

test('loop() of no rounds is no call', () => {
  const program = programOf((b, n) =>
    n.set(
      'a',
      b.loop(0, b.local(Sum), () => 0),
    ),
  );

  expect(program.functions).toHaveLength(1);
});

test('forEach() visits every entry', () => {
  const program = programOf((b, n) => {
    const sum = b.local(Sum);
    b.forEach(entries, sum, (_inner, key, value, context) => {
      context.set('total', context.get('total').add(key.get('n').mul(value.get('n'))));
      value.atomicAdd('n', 1);
      return 0;
    });
    n.set('result', sum.get('total'));
  });
  const machine = new Machine(program);
  machine.map(entries).set({ n: 2n }, { n: 10n });
  machine.map(entries).set({ n: 3n }, { n: 100n });
  const { context } = machine.runSyscall(program, new Uint8Array(Numbers.sizeBytes));

  expect(Numbers.decode(context).result).toBe(320n);
  expect(machine.map(entries).get({ n: 3n })).toEqual({ n: 101n });
});

describe('misuse is told apart', () => {
  test('a value of the function around a callback', () => {
    expect(() =>
      calculate((b, n) => {
        const outer = n.get('a');
        b.loop(3, b.local(Sum), (_inner, _index, context) => {
          context.set('total', outer);
          return 0;
        });
      }),
    ).toThrow('calculate › loop › set sum.total: the value belongs to another function');
  });

  test('a subprogram that calls itself', () => {
    const again: Subprogram<readonly [typeof u64]> = subprogram('again', [u64], (b, x) =>
      b.call(again, x),
    );

    expect(() => calculate((b) => void b.call(again, 1))).toThrow(
      'calculate › again › call again: it calls itself, which the kernel refuses',
    );
  });

  test('memory that is smaller than the subprogram expects', () => {
    expect(() => calculate((b) => void b.call(addUp, b.local(Entry), 1))).toThrow(
      'calculate › call add_up: entry has 8 bytes, sum 16',
    );
  });

  test('memory of another function', () => {
    expect(() =>
      calculate((b) => {
        const outer = b.local(Sum);
        b.loop(3, b.local(Sum), (inner) => {
          inner.call(addUp, outer, 1);
          return 0;
        });
      }),
    ).toThrow('calculate › loop › call add_up: the pointer belongs to another function');
  });

  test('too many parameters', () => {
    expect(() => subprogram('wide', [u8, u8, u8, u8, u8, u8], () => 0)).toThrow(
      new BuildError(['wide'], '6 parameters: at most 5'),
    );
  });
});
