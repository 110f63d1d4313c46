import type { Struct } from '../layout/index.ts';

/** Kinds of map, with their numbers in `enum bpf_map_type` of include/uapi/linux/bpf.h. */
export const mapKind = {
  hash: 1,
  array: 2,
  programArray: 3,
  perCpuHash: 5,
  perCpuArray: 6,
  lruHash: 9,
  arrayOfMaps: 12,
  hashOfMaps: 13,
  deviceMap: 14,
  ringBuffer: 27,
} as const;
export type MapKind = keyof typeof mapKind;

/** Flags of BPF_MAP_CREATE that we use. */
export const mapFlag = { noPreallocation: 1, memoryMapped: 1 << 10, innerMap: 1 << 12 } as const;

/**
 * What a map is, without the map: a program refers to it, a loader creates it, the interpreter models it.
 * Two programs that refer to the same definition object share the map.
 */
export interface MapDefinition<K extends Struct = Struct, V extends Struct = Struct> {
  readonly kind: MapKind;
  /** At most 15 characters, so that bpftool shows it whole. */
  readonly name: string;
  /** For array kinds: `ArrayIndex`. For ring buffers: `NoLayout`. */
  readonly key: K;
  /** For maps of maps: `MapReference`. For ring buffers: `NoLayout`. */
  readonly value: V;
  /** Entries; for a ring buffer its size in bytes, a power of two and a multiple of 4096. */
  readonly capacity: number;
  /** Bits of `mapFlag`. */
  readonly flags: number;
  /** For maps of maps: what every inner map looks like. */
  readonly inner?: MapDefinition;
}
