import type { Infer, Struct } from '../layout/index.ts';
import type { MapDefinition } from './definition.ts';

/**
 * A map that exists, in the kernel or in the interpreter: control code written against this runs on both.
 * Methods on per-CPU maps read the sum-free list with `getPerCpu`.
 */
export interface BpfMap<K extends Struct = Struct, V extends Struct = Struct> {
  readonly definition: MapDefinition<K, V>;
  get(key: Infer<K>): Infer<V> | undefined;
  /** One value per possible CPU; for maps that are not per-CPU a list of one. Empty if absent. */
  getPerCpu(key: Infer<K>): Infer<V>[];
  /** `create` fails if the key exists, `replace` if it does not; the default is either. Throws if refused. */
  set(key: Infer<K>, value: Infer<V>, mode?: 'any' | 'create' | 'replace'): void;
  /** For per-CPU maps: the same value on every CPU. False if there was no such key. */
  delete(key: Infer<K>): boolean;
  entries(): IterableIterator<[Infer<K>, Infer<V>]>;
  /**
   * Live memory of a memory-mapped array's value, shared with the programs: single aligned words may be read
   * and written (`Atomics` on the typed arrays made from its buffer). Throws for other maps.
   */
  view(index: number): DataView;
}
