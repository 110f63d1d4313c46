import { describe, expect, test } from 'vitest';
import { calculate, linesOf, Numbers, programOf } from '../../test/calculate.ts';
import { struct, u16, u32, u64 } from '../layout/index.ts';
import { arrayMap, arrayOfMaps, hashMap, ringBuffer } from '../map/index.ts';
import { Machine } from '../vm/index.ts';

const Key = struct('key', { a: u32, b: u16, c: u16 });
const Value = struct('value', { n: u64 });
const table = hashMap({ name: 'table', key: Key, value: Value, capacity: 2 });
const slots = arrayMap({ name: 'slots', value: Value, capacity: 4 });
const single = arrayMap({ name: 'single', value: Value, capacity: 1 });
const nested = arrayOfMaps({ name: 'nested', inner: slots, capacity: 1 });
const events = ringBuffer({ name: 'events', sizeBytes: 4096 });

test('keys may be given by their fields; the others are zero', () => {
  const program = programOf((b, n) => {
    b.update(table, { a: n.get('x'), c: 3 }, b.local(Value, { n: 7 }));
  });
  const machine = new Machine(program);
  machine.runSyscall(program, Numbers.encode({ a: 0n, b: 0n, x: 5, y: 0, result: 0n }));

  expect([...machine.map(table).entries()]).toEqual([[{ a: 5, b: 0, c: 3 }, { n: 7n }]]);
});

test('update() and remove() report the error as a negative number', () => {
  const { a, b, result } = calculate((builder, n) => {
    const value = builder.local(Value);
    n.set('a', builder.update(table, { a: 1 }, value, 'replace'));
    n.set('b', builder.update(table, { a: 1 }, value, 'create'));
    n.set('result', builder.remove(table, { a: 2 }));
  });

  expect([a, b, result].map((bits) => BigInt.asIntN(64, bits))).toEqual([-2n, 0n, -2n]);
});

describe('the result of update() and remove(), an int before Linux 6.4', () => {
  const afterCall = (body: Parameters<typeof linesOf>[0]): string[] => {
    const lines = linesOf(body);
    return lines.slice(lines.findIndex((line) => line.includes('call map_')) + 1);
  };

  test('is extended to 64 bits', () => {
    const lines = afterCall((b, n) => n.set('a', b.remove(table, { a: 2 })));

    expect(lines.slice(0, 2)).toEqual(['r0 <<= 32', 'r0 s>>= 32']);
  });

  test('is compared with 0 as it is', () => {
    const lines = afterCall((b, n) => b.if(b.remove(table, { a: 2 }).ne(0), () => n.set('a', 1)));

    expect(lines[0]).toMatch(/^if w0 /);
    expect(lines.join()).not.toContain('<<=');
  });

  test('is less than 0 if the lower half is', () => {
    const lines = afterCall((b, n) => b.if(b.remove(table, { a: 2 }).slt(0), () => n.set('a', 1)));

    expect(lines.slice(0, 2)).toEqual(['r0 <<= 32', 'r0 s>>= 32']);
  });
});

test('arrays are looked up by a number', () => {
  const { result } = calculate(
    (b, n) => {
      b.lookup(slots, 3).orReturn(1).set('n', 30);
      n.set('result', b.lookup(slots, n.get('x')).orReturn(1).get('n'));
    },
    { x: 3 },
  );

  expect(result).toBe(30n);
});

test('a map of maps is looked up in two steps', () => {
  const program = programOf((b, n) => {
    const inner = b.lookup(nested, 0).orReturn(1);
    n.set('result', b.lookupIn(inner, slots, 2).orReturn(2).get('n'));
  });

  expect(program.maps).toEqual([nested]);
});

test('records go to a ring buffer', () => {
  const { result } = calculate((b, n) => n.set('result', b.emit(events, b.local(Value, { n: 1 }))));

  expect(result).toBe(0n);
});

test('the maps of a program are listed once, in order of use', () => {
  const program = programOf((b, n) => {
    b.staticValue(single).set('n', n.get('a'));
    b.lookup(slots, 0).orReturn(1);
    b.lookup(slots, 1).orReturn(1);
  });

  expect(program.maps).toEqual([single, slots]);
  expect(program.relocations.map(({ kind }) => kind)).toEqual(['value', 'map', 'map']);
});

describe('misuse is told apart', () => {
  test('a key of another size', () => {
    expect(() =>
      calculate((b) => void b.lookup(table, b.local(struct('k', { a: u32 })) as never)),
    ).toThrow('calculate › lookup table: key has 4 bytes, the map wants 8');
  });

  test('the address of a value that has none', () => {
    expect(() => calculate((b) => void b.staticValue(slots))).toThrow(
      'calculate › static value slots: only the single entry of an array of capacity 1',
    );
  });

  test('records for what is no ring buffer', () => {
    expect(() => calculate((b) => void b.emit(slots, b.local(Value)))).toThrow(
      'calculate › emit slots: it is array',
    );
  });
});
