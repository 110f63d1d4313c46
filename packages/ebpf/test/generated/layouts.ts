import {
  arrayMap,
  be16,
  be32,
  be64,
  bytes,
  hashMap,
  lruHashMap,
  packed,
  perCpuArrayMap,
  perCpuHashMap,
  reserved,
  struct,
  u16,
  u32,
  u64,
  u8,
  type MapDefinition,
  type Struct,
} from '../../src/index.ts';

export const scalars = { u8, u16, u32, u64, be16, be32, be64 } as const;

/** Keys of the generated programs' maps. A program uses few different ones, so that they meet. */
export const Key = struct('gen_key', { a: u16, b: u8, _: reserved(1) });
/** Values of all their maps. */
export const Value = struct('gen_value', {
  wide: u64,
  other: u64,
  short: u32,
  port: be16,
  tag: u8,
  flag: u8,
  mac: bytes(6),
  half: u16,
});
/** What they keep on the stack, and pass to callbacks. */
export const Local = struct('gen_local', {
  wide: u64,
  other: u64,
  short: u32,
  address: be32,
  half: u16,
  port: be16,
  tag: u8,
  flag: u8,
  _: reserved(2),
});

/** A piece of packet, to load from and store to at any place. */
export const span = (length: number): Struct => packed('gen_span', { bytes: bytes(length) });

const keyed = { key: Key, value: Value, capacity: 6 };
const maps = {
  hash: hashMap({ name: 'gen_hash', ...keyed }),
  onDemand: hashMap({ name: 'gen_on_demand', ...keyed, onDemand: true }),
  // Large enough that nothing is evicted: the kernel's choice of what to evict is its own.
  lru: lruHashMap({ name: 'gen_lru', ...keyed, capacity: 1024 }),
  perCpuHash: perCpuHashMap({ name: 'gen_cpu_hash', ...keyed }),
  array: arrayMap({ name: 'gen_array', value: Value, capacity: 4 }),
  perCpuArray: perCpuArrayMap({ name: 'gen_cpu_array', value: Value, capacity: 3 }),
  single: arrayMap({ name: 'gen_single', value: Value, capacity: 1 }),
} as const;

export type MapName = keyof typeof maps;
export const mapNames = Object.keys(maps) as MapName[];
export const mapOf = (name: MapName): MapDefinition => maps[name];
export const isArray = (name: MapName): boolean => mapOf(name).key !== (Key as Struct);

/** Every key that a generated program can use. */
export const keysOf = (name: MapName): Record<string, number>[] =>
  isArray(name)
    ? Array.from({ length: mapOf(name).capacity }, (_, index) => ({ index }))
    : [0, 1, 2, 3].flatMap((a) => [0, 1].map((b) => ({ a, b })));
