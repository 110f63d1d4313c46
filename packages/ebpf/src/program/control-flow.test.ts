import { describe, expect, test } from 'vitest';
import { calculate } from '../../test/calculate.ts';
import { u64 } from '../layout/index.ts';
import { BuildError, syscall, type Value } from './index.ts';
import { Numbers } from '../../test/calculate.ts';

test('repeat() counts its rounds, with ways out', () => {
  const { result } = calculate((b, n) => {
    const sum = b.variable(u64, 0);
    b.repeat(10, (i, loop) => {
      b.if(i.eq(2), () => loop.continue());
      b.if(i.eq(8), () => loop.break());
      sum.set(sum.add(i.to(u64)));
    });
    n.set('result', sum);
  });

  expect(result).toBe(BigInt(0 + 1 + 3 + 4 + 5 + 6 + 7));
});

test('loops nest', () => {
  const { result } = calculate((b, n) => {
    const count = b.variable(u64, 0);
    b.repeat(3, (i) => b.repeat(4, (j) => b.if(i.lt(j), () => count.set(count.add(1)))));
    n.set('result', count);
  });

  expect(result).toBe(6n);
});

test.each([
  [1, 10n],
  [2, 20n],
  [3, 30n],
])('switch() on %i takes its case', (x, wanted) => {
  const { result } = calculate(
    (b, n) =>
      b.switch(
        n.get('x'),
        [
          [1, () => n.set('result', 10)],
          [2, () => n.set('result', 20)],
        ],
        () => n.set('result', 30),
      ),
    { x },
  );

  expect(result).toBe(wanted);
});

test('what follows a return is never run', () => {
  const { y } = calculate((b, n) => {
    n.set('y', 1);
    b.return(0);
    n.set('y', 2);
  });

  expect(y).toBe(1);
});

describe('misuse is told apart', () => {
  test('a body that ends on some path without a result', () => {
    expect(() =>
      syscall('forgetful', Numbers, (b, n) => b.if(n.get('x').eq(1), () => b.return(1))),
    ).toThrow(
      new BuildError(
        ['forgetful', 'end'],
        'the body can end without a result: return one on every path',
      ),
    );
  });

  test('a value used outside of the closure that computes it', () => {
    expect(() =>
      calculate((b, n) => {
        let inside: Value<typeof u64> | undefined;
        b.if(n.get('x').eq(1), () => {
          inside = n.get('a').add(1);
        });
        if (inside !== undefined) n.set('result', inside);
      }),
    ).toThrow(/a value is used where it may not have been computed.*control-flow\.test\.ts/);
  });

  test('a count of rounds that is none', () => {
    expect(() => calculate((b) => b.repeat(-1, () => undefined))).toThrow(
      'repeat: cannot run -1 times',
    );
  });
});
