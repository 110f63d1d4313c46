import { describe, expect, test } from 'vitest';
import { calculate, linesOf, type Numbers } from '../../../test/calculate.ts';
import { struct, u32, u64, u8 } from '../../layout/index.ts';
import { arrayMap, hashMap } from '../../map/index.ts';
import type { Builder, Pointer } from '../index.ts';

const Pair = struct('pair', { first: u64, second: u64 });
const Key = struct('key', { id: u32, kind: u8, a: u8, b: u8, c: u8 });
const pair = arrayMap({ name: 'pair', value: Pair, capacity: 1 });
const table = hashMap({ name: 'table', key: Key, value: Pair, capacity: 4 });

type Body = (b: Builder, numbers: Pointer<typeof Numbers>) => void;
const count = (body: Body, pattern: RegExp): number =>
  linesOf(body).filter((line) => pattern.test(line)).length;

const loadOfFirst = /= \*\(u64 \*\)\(r\d \+ 0\)/;

describe('a value that is known already is not computed again', () => {
  test('two reads of a field are one load', () => {
    const found = count((b, n) => {
      const value = b.staticValue(pair);
      n.set('a', value.get('first'));
      n.set('b', value.get('first'));
    }, loadOfFirst);

    expect(found).toBe(1);
  });

  test('a store that may hit the field ends that', () => {
    const found = count((b, n) => {
      const value = b.staticValue(pair);
      const other = b.lookup(table, { id: 1 }).orReturn(0);
      n.set('a', value.get('first'));
      other.set('first', 5);
      n.set('b', value.get('first'));
    }, loadOfFirst);

    expect(found).toBe(2);
  });

  test('a store to another field of the same value does not', () => {
    const found = count((b, n) => {
      const value = b.staticValue(pair);
      n.set('a', value.get('first'));
      value.set('second', 5);
      n.set('b', value.get('first'));
    }, loadOfFirst);

    expect(found).toBe(1);
  });

  test('a stored value need not be loaded', () => {
    const found = count((b, n) => {
      const value = b.staticValue(pair);
      value.set('first', n.get('a'));
      n.set('b', value.get('first').add(1));
    }, /= \*\(u64 \*\)\(r0 \+ 0\)/);

    expect(found).toBe(0);
  });

  test('a write on one of two ways ends what was known', () => {
    const found = count((b, n) => {
      const value = b.staticValue(pair);
      const before = value.get('first');
      b.if(n.get('x').eq(1), () => value.set('first', 9));
      n.set('a', before.add(value.get('first')));
    }, loadOfFirst);

    expect(found).toBe(2);
  });

  test('a condition that was decided is not asked again', () => {
    const found = count((b, n) => {
      const x = n.get('x');
      b.if(x.eq(3), () => {
        n.set('a', 1);
        b.if(x.ne(3), () => n.set('b', 1));
      });
    }, /^if/);

    expect(found).toBe(1);
  });
});

describe('the stack', () => {
  test('is not zeroed where fields are set', () => {
    const lines = linesOf((b, n) => {
      const key = b.local(Key);
      key.set('id', n.get('x'));
      b.remove(table, key);
    });

    expect(lines.filter((line) => line.includes('(r10'))).toEqual(['*(u64 *)(r10 - 8) = r0']);
  });

  test('gets neighbouring constants in one store', () => {
    const lines = linesOf((b) => {
      b.remove(table, { id: 5, kind: 1, a: 2, b: 3, c: 4 });
    });

    expect(lines.filter((line) => line.includes('(r10'))).toEqual([
      '*(u32 *)(r10 - 8) = 5',
      '*(u32 *)(r10 - 4) = 67305985',
    ]);
  });

  test('is not written for nobody', () => {
    expect(linesOf((b) => void b.local(Pair, { first: 1 }))).toEqual(['w0 = 0', 'exit']);
  });
});

describe('the usual way falls through', () => {
  test('rare paths come last', () => {
    const lines = linesOf((b, n) => {
      b.if(n.get('x').eq(1), () => {
        b.unlikely();
        n.set('a', 77);
      });
      n.set('b', 5);
    });
    const rare = lines.indexOf('w0 = 77');

    expect(rare).toBeGreaterThan(lines.indexOf('exit'));
  });

  test('all returns of a constant are one', () => {
    const lines = linesOf((b, n) => {
      for (const x of [1, 2, 3]) b.if(n.get('x').eq(x), () => b.return(9));
      n.set('a', 1);
    });

    expect(lines.filter((line) => line === 'w0 = 9')).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('goto'))).toHaveLength(0);
  });

  test('a masked value that is only tested is one jump', () => {
    const lines = linesOf((b, n) => {
      b.if(n.get('x').and(6).ne(0), () => b.return(9));
      n.set('a', 1);
    });

    expect(lines.filter((line) => line.includes('&='))).toHaveLength(0);
    expect(lines.filter((line) => /^if w\d & 6/.test(line))).toHaveLength(1);
  });
});

test('constants go to the context by way of a register', () => {
  expect(linesOf((_b, n) => n.set('a', 5))).toEqual([
    'w0 = 5',
    '*(u64 *)(r1 + 0) = r0',
    'w0 = 0',
    'exit',
  ]);
});

describe('variables', () => {
  test('are not read later than they were', () => {
    const { a, b } = calculate(
      (builder, n) => {
        const variable = builder.variable(u64, n.get('a'));
        const plusOne = variable.add(1);
        const masked = variable.and(6);
        variable.set(100);
        n.set('a', plusOne.add(2));
        builder.if(masked.ne(0), () => n.set('b', 1));
      },
      { a: 2n },
    );

    expect([a, b]).toEqual([5n, 1n]);
  });
});
