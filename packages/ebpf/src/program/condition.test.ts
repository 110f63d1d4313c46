import { expect, test } from 'vitest';
import { calculate } from '../../test/calculate.ts';
import { struct, u16, u32, u64, u8 } from '../layout/index.ts';
import { hashMap } from '../map/index.ts';
import { all, any, not } from './index.ts';

const Counter = struct('counter', { n: u64 });
const asked = hashMap({ name: 'asked', key: Counter, value: Counter, capacity: 4 });

/** Asks whether x is `wanted`, and counts that it was asked. */
const counting =
  (numbers: Parameters<Parameters<typeof calculate>[0]>[1], wanted: number) => () => {
    numbers.set('result', numbers.get('result').add(1));
    return numbers.get('x').eq(wanted);
  };

test('all() stops asking at the first no', () => {
  const { result, y } = calculate(
    (b, n) => {
      b.if(all(n.get('x').gt(5), counting(n, 1), counting(n, 2)), () => n.set('y', 1));
    },
    { x: 2 },
  );

  expect([result, y]).toEqual([0n, 0]);
});

test('any() stops asking at the first yes', () => {
  const { result, y } = calculate(
    (b, n) => b.if(any(counting(n, 2), counting(n, 1)), () => n.set('y', 1)),
    { x: 2 },
  );

  expect([result, y]).toEqual([1n, 1]);
});

test('not() turns a condition around, nested ones too', () => {
  const { y } = calculate(
    (b, n) => {
      const x = n.get('x');
      b.if(not(any(x.eq(1), not(x.lt(10)))), () => n.set('y', 1));
    },
    { x: 5 },
  );

  expect(y).toBe(1);
});

test('signed comparison knows the sign of every width', () => {
  const { result } = calculate(
    (b, n) => {
      const x = n.get('x');
      const count = b.variable(u64, 0);
      const count1 = (): void => count.set(count.add(1));
      b.if(x.to(u8).slt(0), count1);
      b.if(x.to(u16).sge(0), count1);
      b.if(x.sgt(-1), count1);
      b.if(n.get('a').sle(-1), count1);
      n.set('result', count);
    },
    { x: 0x80, a: 0xffff_ffff_ffff_ffffn },
  );

  expect(result).toBe(4n);
});

test('hasBits() asks for any of the bits', () => {
  const { result } = calculate(
    (b, n) => {
      b.if(n.get('a').hasBits(0x1_0000_0000n), () => n.set('result', 1));
      b.if(n.get('x').hasBits(0xf0), () => n.set('result', 99));
    },
    { a: 0x1_0000_0001n, x: 0x0f },
  );

  expect(result).toBe(1n);
});

test('a condition of another function is refused', () => {
  expect(() =>
    calculate((b, n) => {
      const outer = n.get('x').eq(1);
      b.forEach(asked, b.local(Counter), (inner) => {
        inner.if(outer, () => undefined);
        return 0;
      });
    }),
  ).toThrow('calculate › forEach › if: the condition belongs to another function');
});

test('select() computes only the chosen side of closures', () => {
  const { y, result } = calculate(
    (b, n) => {
      const side = (value: number) => () => {
        n.set('result', n.get('result').add(1));
        return b.constant(u32, value);
      };
      n.set('y', b.select(n.get('x').eq(3), u32, side(10), side(20)));
    },
    { x: 3 },
  );

  expect([y, result]).toEqual([10, 1n]);
});
