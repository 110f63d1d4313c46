import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  be16,
  be32,
  bytes,
  LayoutError,
  packed,
  reserved,
  struct,
  u16,
  u32,
  u64,
  u8,
  type Infer,
} from './index.ts';

const Inner = struct('inner', { port: be16, flags: u16 });
const Outer = struct('outer', { total: u64, inner: Inner, mac: bytes(6), _: reserved(6) });

describe('struct()', () => {
  test('fields follow each other without hidden gaps', () => {
    expect([Outer.offsetOf('total'), Outer.offsetOf('inner'), Outer.offsetOf('mac')]).toEqual([
      0, 8, 12,
    ]);
    expect(Outer.sizeBytes).toBe(24);
    expect(Outer.alignBytes).toBe(8);
  });

  test('a field off its alignment is refused, with what to put before it', () => {
    expect(() => struct('bad', { first: u8, second: u32 })).toThrow(
      'bad.second would stand at byte 1, which is no multiple of 4: put reserved(3) before it',
    );
  });

  test('a size off the alignment is refused, since arrays of it would have gaps', () => {
    expect(() => struct('bad', { first: u32, second: u8 })).toThrow('end it with reserved(3)');
  });

  test('packed() takes fields where the wire has them', () => {
    expect(packed('wire', { first: u8, second: be32 }).sizeBytes).toBe(5);
  });

  test('the type of a value derives from the layout', () => {
    expectTypeOf<Infer<typeof Outer>>().toEqualTypeOf<{
      readonly total: bigint;
      readonly inner: { readonly port: number; readonly flags: number };
      readonly mac: Uint8Array;
    }>();
  });
});

describe('encode() and decode()', () => {
  test('network order is for the wire, host order for the machine', () => {
    expect([...Inner.encode({ port: 0x1234, flags: 0x1234 })]).toEqual([0x12, 0x34, 0x34, 0x12]);
  });

  test('what was encoded is decoded again', () => {
    const value = fc.record({
      total: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      inner: fc.record({ port: fc.nat(0xffff), flags: fc.nat(0xffff) }),
      mac: fc.uint8Array({ minLength: 6, maxLength: 6 }),
    });
    fc.assert(
      fc.property(value, (outer) => {
        expect(Outer.decode(Outer.encode(outer))).toEqual(outer);
      }),
    );
  });

  test.each([-1, 0x1_0000, 1.5, Number.NaN])('%s is no unsigned 16-bit number', (port) => {
    expect(() => Inner.encode({ port, flags: 0 })).toThrow(LayoutError);
  });

  test('bytes that end too early are refused with the layout and the place', () => {
    expect(() => Outer.decode(new Uint8Array(30), 10)).toThrow(
      'outer needs 24 bytes at byte 10, but there are 20',
    );
  });

  test('bytes of another length than the field are refused', () => {
    expect(() =>
      Outer.encode({ total: 0n, inner: { port: 0, flags: 0 }, mac: new Uint8Array(5) }),
    ).toThrow('outer.mac has 5 bytes, wanted 6');
  });
});
