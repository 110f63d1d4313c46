import { describe, expect, test } from 'vitest';
import { calculate, linesOf } from '../../test/calculate.ts';
import { be16, bytes, packed, struct, u16, u32, u64, u8 } from '../layout/index.ts';
import { arrayMap } from '../map/index.ts';

const Crooked = packed('crooked', { tag: u8, wide: u64, port: be16, mac: bytes(6) });
const Inner = struct('inner', { p: u32, q: u32 });
const Outer = struct('outer', { first: Inner, second: Inner });
const Counters = struct('counters', { wide: u64, narrow: u32, flags: u32 });
const counters = arrayMap({ name: 'counters', value: Counters, capacity: 1 });

test('fields of a packed layout on the stack may stand anywhere', () => {
  const { result, x } = calculate((b, n) => {
    const local = b.local(Crooked, { tag: 7, wide: 0x1122_3344_5566_7788n, port: 80 });
    n.set('result', local.get('wide'));
    n.set('x', local.load(u16, 9).to(u32));
  });

  expect([result, x]).toEqual([0x1122_3344_5566_7788n, 0x5000]);
});

test('a local is zero where nothing else was said, padding included', () => {
  const { result, a } = calculate((b, n) => {
    const local = b.local(Crooked, { mac: Uint8Array.of(1, 2, 3, 4, 5, 6) });
    n.set('a', local.load(u64, 0));
    n.set('result', local.load(u64, 9));
  });

  expect(a).toBe(0n);
  expect(result).toBe(0x0605_0403_0201_0000n);
});

test('view() narrows a pointer to a nested layout', () => {
  const { x, y } = calculate((b, n) => {
    const outer = b.local(Outer, { second: { q: 9 } });
    outer.view('first').set('p', 4);
    n.set('x', outer.load(u32, 0));
    n.set('y', outer.view('second').get('q'));
  });

  expect([x, y]).toEqual([4, 9]);
});

test('further() steps to a place that is known when the program runs', () => {
  const { result } = calculate((b, n) => {
    const outer = b.local(Outer, { first: { p: 1, q: 2 }, second: { p: 3, q: 4 } });
    const index = b.variable(u32, 1);
    n.set('result', outer.further(Inner, index.and(1).mul(8)).get('q').to(u64));
  });

  expect(result).toBe(4n);
});

test('copy() reads everything before it writes', () => {
  const { result } = calculate((b, n) => {
    const local = b.local(Crooked, { wide: 0x0807_0605_0403_0201n });
    local.copyBytes(2, local, 1, 8);
    n.set('result', local.load(u64, 2));
  });

  expect(result).toBe(0x0807_0605_0403_0201n);
});

describe('atomic operations', () => {
  test('give the old value where asked', () => {
    const { a, b, x, y } = calculate((builder, n) => {
      const value = builder.staticValue(counters);
      value.set('wide', 5);
      n.set('a', value.fetchAdd('wide', 2));
      n.set('b', value.exchange('wide', 100));
      n.set('x', value.compareExchange('narrow', 0, 3));
      n.set('y', value.compareExchange('narrow', 0, 4));
      n.set('result', value.get('wide'));
    });

    expect([a, b, x, y]).toEqual([5n, 7n, 0, 3]);
  });

  test('change single bits', () => {
    const { x, y } = calculate((b, n) => {
      const value = b.staticValue(counters);
      value.atomicOr('flags', 0xff);
      value.atomicAnd('flags', 0x3c);
      value.atomicXor('flags', 0x04);
      n.set('x', value.fetchOr('flags', 0x80));
      n.set('y', value.get('flags'));
    });

    expect([x, y]).toEqual([0x38, 0xb8]);
  });

  test('need no copy of the old value if nobody reads it', () => {
    const lines = linesOf((b, n) => {
      b.staticValue(counters).fetchAdd('wide', n.get('a'));
    });

    expect(lines.filter((line) => line.includes('+='))).toEqual(['lock *(u64 *)(r0 + 0) += r1']);
  });
});

describe('misuse is told apart', () => {
  test('access beyond the layout', () => {
    expect(() => calculate((b) => b.local(Inner).load(u64, 4))).toThrow(
      'calculate › load inner: bytes 4 to 12 are not within its 8 bytes',
    );
  });

  test('copies between fields of different size', () => {
    expect(() =>
      calculate((b) => {
        const local = b.local(Crooked);
        local.copy('mac', local, 'port');
      }),
    ).toThrow('calculate › copy crooked.mac: it has 6 bytes, crooked.port has 2');
  });

  test('a name that the layout does not have', () => {
    expect(() => calculate((b) => b.local(Inner, { r: 1 } as never))).toThrow(
      'calculate › local inner.r: no such field',
    );
  });

  test('atomic operations on the context', () => {
    expect(() => calculate((_b, n) => n.atomicAdd('a', 1))).toThrow(
      'the kernel has no atomic operations on the context',
    );
  });
});
