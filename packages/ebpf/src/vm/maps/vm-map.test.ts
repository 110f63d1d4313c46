import { describe, expect, test } from 'vitest';
import { struct, u32, u64 } from '../../layout/index.ts';
import {
  arrayMap,
  arrayOfMaps,
  deviceMap,
  hashMap,
  lruHashMap,
  perCpuArrayMap,
  perCpuHashMap,
  ringBuffer,
} from '../../map/index.ts';
import { createVmMap } from './create-vm-map.ts';
import { VmMapOfMaps } from './map-of-maps.ts';
import { VmRingBuffer } from './ring-buffer.ts';

const Key = struct('key', { id: u32 });
const Value = struct('value', { n: u64 });
const shape = { name: 'm', key: Key, value: Value, capacity: 2 };
const keyBytes = (id: number): Uint8Array => Key.encode({ id });
const valueBytes = (n: bigint): Uint8Array => Value.encode({ n });

describe('a hash', () => {
  test('gives back what was put in, and lists it', () => {
    const map = createVmMap(hashMap(shape));
    map.set({ id: 7 }, { n: 1n });

    expect(map.get({ id: 7 })).toEqual({ n: 1n });
    expect(map.get({ id: 8 })).toBeUndefined();
    expect([...map.entries()]).toEqual([[{ id: 7 }, { n: 1n }]]);
    expect(map.delete({ id: 7 })).toBe(true);
    expect(map.delete({ id: 7 })).toBe(false);
  });

  test('refuses a new key when it is full, but not a new value', () => {
    const map = createVmMap(hashMap(shape));
    map.set({ id: 1 }, { n: 1n });
    map.set({ id: 2 }, { n: 1n });
    map.set({ id: 2 }, { n: 2n });

    expect(map.put(keyBytes(3), valueBytes(3n), 0, 0)).toBe(-7);
    expect(() => map.set({ id: 3 }, { n: 3n })).toThrow(
      'Cannot write to map m (hash): it has no room',
    );
  });

  test('obeys the flags of an update', () => {
    const map = createVmMap(hashMap(shape));

    expect(map.put(keyBytes(1), valueBytes(1n), 2, 0)).toBe(-2);
    expect(map.put(keyBytes(1), valueBytes(1n), 1, 0)).toBe(0);
    expect(map.put(keyBytes(1), valueBytes(1n), 1, 0)).toBe(-17);
    expect(map.put(keyBytes(1), valueBytes(1n), 3, 0)).toBe(-22);
    expect(() => map.set({ id: 1 }, { n: 1n }, 'create')).toThrow('the entry exists');
  });

  test('puts a new value in the place of the old one, which pointers keep seeing', () => {
    const map = createVmMap(hashMap(shape));
    map.set({ id: 1 }, { n: 1n });
    const old = map.lookup(keyBytes(1), 0);
    map.set({ id: 1 }, { n: 2n });

    expect(old?.view.getBigUint64(0, true)).toBe(1n);
  });
});

describe('an LRU hash', () => {
  test('drops the entry that no program has looked up for longest', () => {
    const map = createVmMap(lruHashMap(shape));
    map.set({ id: 1 }, { n: 1n });
    map.set({ id: 2 }, { n: 2n });
    map.lookup(keyBytes(1), 0);
    map.get({ id: 2 });
    map.set({ id: 3 }, { n: 3n });

    expect([...map.entries()].map(([key]) => key.id)).toEqual([1, 3]);
  });
});

describe('an array', () => {
  test('has all its entries from the start and loses none', () => {
    const map = createVmMap(arrayMap({ name: 'm', value: Value, capacity: 2 }));

    expect(map.get({ index: 1 })).toEqual({ n: 0n });
    expect(map.lookup(keyBytes(2), 0)).toBeUndefined();
    expect(map.put(keyBytes(2), valueBytes(1n), 0, 0)).toBe(-7);
    expect(map.put(keyBytes(1), valueBytes(1n), 1, 0)).toBe(-17);
    expect(() => map.delete({ index: 1 })).toThrow('does not allow it');
  });

  test('shares its memory if it was declared so', () => {
    const map = createVmMap(
      arrayMap({ name: 'm', value: struct('v', { a: u32 }), capacity: 3, memoryMapped: true }),
    );
    map.set({ index: 2 }, { a: 5 });
    const view = map.view(2);
    view.setUint32(0, view.getUint32(0, true) + 1, true);

    expect(map.get({ index: 2 })).toEqual({ a: 6 });
    expect(view.byteOffset).toBe(16);
    expect(() => map.view(3)).toThrow('find entry 3');
  });
});

describe('a per-CPU map', () => {
  test('keeps a value for each processor, which control code sets all at once', () => {
    const hash = createVmMap(perCpuHashMap(shape), 2);
    const array = createVmMap(perCpuArrayMap({ name: 'm', value: Value, capacity: 2 }), 2);
    hash.set({ id: 1 }, { n: 4n });
    array.set({ index: 1 }, { n: 4n });
    for (const map of [hash, array]) map.put(keyBytes(1), valueBytes(5n), 0, 1);

    expect(hash.getPerCpu({ id: 1 })).toEqual([{ n: 4n }, { n: 5n }]);
    expect(array.getPerCpu({ index: 1 })).toEqual([{ n: 4n }, { n: 5n }]);
    expect(hash.lookup(keyBytes(1), 1)?.view.getBigUint64(0, true)).toBe(5n);
  });

  test('starts with zeros on the processors that did not create the entry', () => {
    const map = createVmMap(perCpuHashMap(shape), 2);
    map.put(keyBytes(1), valueBytes(5n), 0, 1);

    expect(map.getPerCpu({ id: 1 })).toEqual([{ n: 0n }, { n: 5n }]);
  });
});

test('a map of maps leads programs to the inner map', () => {
  const inner = createVmMap(hashMap(shape));
  const outer = createVmMap(arrayOfMaps({ name: 'o', inner: hashMap(shape), capacity: 1 }));
  if (!(outer instanceof VmMapOfMaps)) throw new Error('another kind');
  outer.setInner({ index: 0 }, inner);

  expect(outer.lookup(keyBytes(0))).toBe(inner.reference);
  expect(outer.lookup(keyBytes(1))).toBeUndefined();
  expect(() => outer.setInner({ index: 1 }, inner)).toThrow('no room');
});

test('a ring buffer keeps records until they are taken, and no more than fit', () => {
  const ring = createVmMap(ringBuffer({ name: 'r', sizeBytes: 4096 }));
  if (!(ring instanceof VmRingBuffer)) throw new Error('another kind');

  expect(ring.output(new Uint8Array([1, 2, 3]))).toBe(0);
  expect(ring.output(new Uint8Array(4080))).toBe(-11);
  expect(ring.records()).toEqual([new Uint8Array([1, 2, 3])]);
  expect(ring.take()).toHaveLength(1);
  expect(ring.output(new Uint8Array(4080))).toBe(0);
});

test('a device map has gaps, and room for its indexes only', () => {
  const map = createVmMap(deviceMap({ name: 'd', capacity: 4 }));
  map.set({ index: 3 }, { index: 12 });

  expect(map.get({ index: 3 })).toEqual({ index: 12 });
  expect(map.get({ index: 2 })).toBeUndefined();
  expect(() => map.set({ index: 4 }, { index: 12 })).toThrow('no room');
});
