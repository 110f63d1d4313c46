import { expect, expectTypeOf, test } from 'vitest';
import { calculate, linesOf } from '../../test/calculate.ts';
import { be16, be32, u16, u32, u64, u8, type Be16, type U16 } from '../layout/index.ts';
import { BuildError, type Value } from './index.ts';

test('u64 arithmetic wraps at 64 bits', () => {
  const { result } = calculate((_b, n) => n.set('result', n.get('a').mul(n.get('b')).sub(1)), {
    a: 0xffff_ffff_ffff_ffffn,
    b: 2n,
  });

  expect(result).toBe(0xffff_ffff_ffff_fffdn);
});

test('u32 arithmetic wraps at 32 bits', () => {
  const { y } = calculate((_b, n) => n.set('y', n.get('x').add(5).negate()), { x: 0xffff_fffe });

  expect(y).toBe(0xffff_fffd);
});

test('u8 results are cut to 8 bits, whatever comes after', () => {
  const { y } = calculate((_b, n) => n.set('y', n.get('x').to(u8).add(200).shr(4).to(u32)), {
    x: 100,
  });

  expect(y).toBe(((100 + 200) & 0xff) >> 4);
});

test('a mask that cannot change anything is left out', () => {
  expect(linesOf((_b, n) => n.set('y', n.get('x').to(u8).and(15).shl(2).to(u32)))).toEqual([
    'r0 = *(u32 *)(r1 + 16)',
    'w0 &= 0xf',
    'w0 <<= 2',
    '*(u32 *)(r1 + 20) = r0',
    'w0 = 0',
    'exit',
  ]);
});

test('division by zero gives zero and the rest is the dividend', () => {
  const { result, y } = calculate(
    (_b, n) => {
      n.set('result', n.get('a').div(n.get('b')));
      n.set('y', n.get('x').mod(n.get('y')));
    },
    { a: 7n, x: 9 },
  );

  expect([result, y]).toEqual([0n, 9]);
});

test('division by a power of two becomes a shift or a mask', () => {
  const lines = linesOf((_b, n) => n.set('a', n.get('a').div(8).mod(4)));

  expect(lines).toContain('r0 >>= 3');
  expect(lines).toContain('r0 &= 3');
});

test('constants of network types are written in host order', () => {
  const { result } = calculate(
    (b, n) => {
      const port = n.get('x').to(u16).reinterpret(be16);
      b.if(port.eq(80), () => n.set('result', 1));
    },
    { x: 0x5000 },
  );

  expect(result).toBe(1n);
});

test('host() and network() swap bytes', () => {
  const { x, y } = calculate(
    (_b, n) => {
      n.set('x', n.get('x').reinterpret(be32).host());
      n.set('y', n.get('y').to(u16).network().reinterpret(u16).to(u32));
    },
    { x: 0x0102_0304, y: 0x1234 },
  );

  expect([x, y]).toEqual([0x0403_0201, 0x3412]);
});

test('network order has no arithmetic', () => {
  expect(() => calculate((b) => b.constant(be16, 80).add(1))).toThrow(
    new BuildError(['calculate', 'add'], 'be16 is in network order: use host() first'),
  );
});

test('a constant that does not fit its type is refused', () => {
  expect(() => calculate((_b, n) => n.set('x', 2 ** 32))).toThrow(
    'calculate › set numbers.x: u32 cannot hold 4294967296',
  );
});

test('an impossible shift or division is refused', () => {
  expect(() => calculate((_b, n) => n.get('x').shl(32))).toThrow('cannot shift by 32');
  expect(() => calculate((_b, n) => n.get('x').div(0))).toThrow('division by zero');
});

test('what was computed from a variable stays when the variable is assigned', () => {
  const { a, b } = calculate((builder, n) => {
    const variable = builder.variable(u32, 5);
    const before = variable.to(u64);
    variable.set(variable.add(1));
    n.set('a', before);
    n.set('b', variable.to(u64));
  });

  expect([a, b]).toEqual([5n, 6n]);
});

test('types keep byte orders apart', () => {
  expectTypeOf<Value<Be16>>().not.toExtend<Value<U16>>();
  expectTypeOf<ReturnType<Value<Be16>['host']>>().not.toBeAny();
});
