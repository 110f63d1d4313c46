import { rmdirSync } from 'node:fs';
import {
  arrayMap,
  arrayOfMaps,
  hashMap,
  lruHashMap,
  mapFlag,
  perCpuArrayMap,
  perCpuHashMap,
  ringBuffer,
  struct,
  u32,
  u64,
} from '@evs/ebpf';
import { expect, test } from 'vitest';
import {
  createMap,
  listPins,
  mapInfo,
  mountBpfFileSystem,
  openPinnedMap,
  pinExists,
  possibleCpuCount,
  readCounters,
  setInnerMap,
  unpin,
} from '../../src/linux/index.ts';
import { run, uniqueName } from './network.ts';

const Key = struct('test_key', { id: u32 });
const Value = struct('test_value', { packets: u64, state: u32, flags: u32 });
const value = (packets: bigint) => ({ packets, state: 1, flags: 2 });

test('a hash keeps, replaces and forgets values', () => {
  using map = createMap(hashMap({ name: 'test_hash', key: Key, value: Value, capacity: 10 }));

  expect(map.get({ id: 1 })).toBeUndefined();
  map.set({ id: 1 }, value(5n));
  expect(map.get({ id: 1 })).toEqual(value(5n));
  map.set({ id: 1 }, value(6n), 'replace');
  expect(map.get({ id: 1 })).toEqual(value(6n));
  expect(map.delete({ id: 1 })).toBe(true);
  expect(map.delete({ id: 1 })).toBe(false);
});

test('creating what exists and replacing what does not are refused', () => {
  using map = createMap(hashMap({ name: 'test_hash', key: Key, value: Value, capacity: 10 }));

  map.set({ id: 1 }, value(1n), 'create');
  expect(() => map.set({ id: 1 }, value(1n), 'create')).toThrow(
    'Cannot write to map test_hash: EEXIST',
  );
  expect(() => map.set({ id: 2 }, value(1n), 'replace')).toThrow('ENOENT');
  map.set({ id: 2 }, value(1n));
});

test('a full hash says that it is full', () => {
  using map = createMap(hashMap({ name: 'test_full', key: Key, value: Value, capacity: 2 }));

  map.set({ id: 1 }, value(1n));
  map.set({ id: 2 }, value(1n));

  expect(() => map.set({ id: 3 }, value(1n))).toThrow(
    expect.objectContaining({
      code: 'E_TABLE_FULL',
      message: 'Cannot write to map test_full: E2BIG: it has room for 2 entries',
    }),
  );
});

test.each([hashMap, lruHashMap])('entries() of 20 000 entries gives each once', (define) => {
  using map = createMap(define({ name: 'test_big', key: Key, value: Value, capacity: 40_000 }));
  for (let id = 0; id < 20_000; id++) map.set({ id }, value(BigInt(id) * 3n));

  const found = new Map([...map.entries()].map(([key, { packets }]) => [key.id, packets]));

  expect(found.size).toBe(20_000);
  expect(found.get(7777)).toBe(23_331n);
});

test('entries() of an empty hash is empty', () => {
  using map = createMap(hashMap({ name: 'test_empty', key: Key, value: Value, capacity: 10 }));

  expect([...map.entries()]).toEqual([]);
});

test('an array has every index from the start', () => {
  using map = createMap(arrayMap({ name: 'test_array', value: Value, capacity: 3 }));
  map.set({ index: 2 }, value(9n));

  expect([...map.entries()].map(([{ index }, { packets }]) => [index, packets])).toEqual([
    [0, 0n],
    [1, 0n],
    [2, 9n],
  ]);
  expect(map.get({ index: 3 })).toBeUndefined();
});

test('counters of all CPUs are summed in one go', () => {
  const Counters = struct('counters', { packets: u64, bytes: u64 });
  using map = createMap(perCpuArrayMap({ name: 'test_sums', value: Counters, capacity: 500 }));
  for (const index of [0, 7, 499]) {
    map.set({ index }, { packets: BigInt(index), bytes: 2n ** 40n });
  }

  for (const count of [8, 500]) {
    const sums = readCounters(map, count);
    const cpus = BigInt(possibleCpuCount());
    expect(sums).toHaveLength(2 * count);
    expect([...sums.slice(14, 16)]).toEqual([7n * cpus, 2n ** 40n * cpus]);
    expect(sums[2]).toBe(0n);
  }
});

test.each([
  createMap(perCpuArrayMap({ name: 'test_cpus', value: Key, capacity: 3 })),
  createMap(
    perCpuHashMap({ name: 'test_cpus', key: struct('i', { index: u32 }), value: Key, capacity: 3 }),
  ),
])('a per-CPU map has one value for each CPU', (map) => {
  map.set({ index: 1 }, { id: 7 });

  expect(map.getPerCpu({ index: 1 })).toEqual(
    Array.from({ length: possibleCpuCount() }, () => ({ id: 7 })),
  );
  expect([...map.entries()]).toContainEqual([{ index: 1 }, { id: 7 }]);
  map[Symbol.dispose]();
});

test('view() shows a memory-mapped array without system calls, both ways', () => {
  const Odd = struct('odd', { a: u32, b: u32, c: u32 });
  using map = createMap(
    arrayMap({ name: 'test_mapped', value: Odd, capacity: 700, memoryMapped: true }),
  );
  map.set({ index: 699 }, { a: 1, b: 2, c: 3 });

  const view = map.view(699);
  expect(view.getUint32(8, true)).toBe(3);
  view.setUint32(4, 77, true);

  expect(map.get({ index: 699 })).toEqual({ a: 1, b: 77, c: 3 });
  expect(() => map.view(700)).toThrow('Map test_mapped has no entry 700: it has 700');
});

test('an array of maps can be made and its inner maps have the template’s flags', () => {
  const inner = hashMap({ name: 'test_inner', key: Key, value: Value, capacity: 4 });
  using outer = createMap(arrayOfMaps({ name: 'test_outer', inner, capacity: 2 }));

  expect(mapInfo(outer.fd)).toMatchObject({ kind: 'arrayOfMaps', capacity: 2, name: 'test_outer' });
});

test('a ring buffer can be made', () => {
  using map = createMap(ringBuffer({ name: 'test_ring', sizeBytes: 4096 }));

  expect(mapInfo(map.fd)).toMatchObject({ kind: 'ringBuffer', capacity: 4096 });
});

test('a hash that allocates on demand says so', () => {
  using map = createMap(
    hashMap({ name: 'test_demand', key: Key, value: Value, capacity: 4, onDemand: true }),
  );

  expect(mapInfo(map.fd).flags).toBe(mapFlag.noPreallocation);
});

test('an impossible map is refused with its name', () => {
  expect(() =>
    createMap(hashMap({ name: 'test_zero', key: Key, value: Value, capacity: 0 })),
  ).toThrow('Cannot create map test_zero: EINVAL');
});

test('bpftool shows the fields of a map by name', () => {
  using map = createMap(hashMap({ name: 'test_btf', key: Key, value: Value, capacity: 4 }));
  map.set({ id: 3 }, value(5n));

  const dump: unknown = JSON.parse(
    run('bpftool', '-j', 'map', 'dump', 'id', String(mapInfo(map.fd).id)),
  );

  expect(dump).toMatchObject([
    { formatted: { key: { id: 3 }, value: { packets: 5, state: 1, flags: 2 } } },
  ]);
});

test('a pinned map outlives its object, and is refused if its definition has changed', () => {
  const pins = `/run/${uniqueName('evs-test-bpf')}`;
  const definition = hashMap({ name: 'test_pinned', key: Key, value: Value, capacity: 4 });
  mountBpfFileSystem(pins);
  mountBpfFileSystem(pins); // once is enough
  try {
    const path = `${pins}/map`;
    createMap(definition, { pin: path })[Symbol.dispose]();
    expect(listPins(pins)).toEqual(['map']);

    using map = openPinnedMap(path, definition);
    map.set({ id: 1 }, value(1n));
    expect(() => openPinnedMap(path, { ...definition, capacity: 5 })).toThrow(
      `Cannot use the pinned map ${path}: capacity is 4, wanted 5`,
    );
    unpin(path);
    expect(pinExists(path)).toBe(false);
    unpin(path);
    expect(() => openPinnedMap(path, definition)).toThrow(
      `Cannot open the pinned object ${path}: ENOENT`,
    );
  } finally {
    run('umount', pins);
    rmdirSync(pins);
  }
});

test('mountBpfFileSystem() on a file is E_NO_BPF_FS', () => {
  expect(() => mountBpfFileSystem('/proc/version')).toThrow(
    expect.objectContaining({ code: 'E_NO_BPF_FS' }),
  );
});

test('setInnerMap() puts a map into an array of maps', () => {
  const inner = hashMap({ name: 'test_inner', key: Key, value: Value, capacity: 4 });
  using outer = createMap(arrayOfMaps({ name: 'test_outer', inner, capacity: 2 }));
  using map = createMap(inner);

  setInnerMap(outer, 1, map);

  expect(outer.get({ index: 0 })).toBeUndefined();
  expect(outer.get({ index: 1 })).toEqual({ id: mapInfo(map.fd).id });
});
