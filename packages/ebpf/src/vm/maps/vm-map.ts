import type { Infer, Struct } from '../../layout/index.ts';
import { mapFlag, type BpfMap, type MapDefinition } from '../../map/index.ts';
import { closed } from '../memory/guard.ts';
import { Region } from '../memory/region.ts';
import { VmMapError } from './vm-map-error.ts';

/** A key and its value: one region for each processor on per-CPU maps, else only one. */
export interface Entry {
  readonly key: Region;
  values: readonly Region[];
}

/** Flags of an update: BPF_ANY, BPF_NOEXIST and BPF_EXIST of include/uapi/linux/bpf.h. */
export const updateFlag = { any: 0, create: 1, replace: 2 } as const;

/**
 * A map in the interpreter. The methods of BpfMap are for control code; `find`, `put`, `erase` and `all` are
 * what programs do, on bytes, with results as the kernel's: zero or a negated errno.
 */
export abstract class VmMap<K extends Struct = Struct, V extends Struct = Struct> implements BpfMap<
  K,
  V
> {
  readonly definition: MapDefinition<K, V>;
  /** What a program's pointer to this map leads to. */
  readonly reference: Region;
  /** How many values each entry has. */
  protected readonly copies: number;

  constructor(definition: MapDefinition<K, V>, copies = 1) {
    this.definition = definition;
    this.copies = copies;
    this.reference = new Region(`map ${definition.name}`, new Uint8Array(), {
      guard: closed(`map ${definition.name} itself cannot be read or written`),
      subject: this,
    });
  }

  abstract find(key: Uint8Array): Entry | undefined;
  /** Writes the value of one processor; of all if `processor` is undefined. */
  abstract put(
    key: Uint8Array,
    value: Uint8Array,
    flag: number,
    processor: number | undefined,
  ): number;
  abstract erase(key: Uint8Array): number;
  abstract all(): readonly Entry[];

  /** What bpf_map_lookup_elem gives a program that runs on a processor. */
  lookup(key: Uint8Array, processor: number): Region | undefined {
    return this.valueOf(this.find(key), processor);
  }

  /** The value that a program on a processor sees. */
  valueOf(entry: Entry | undefined, processor: number): Region | undefined {
    return entry?.values[this.copies === 1 ? 0 : processor];
  }

  get(key: Infer<K>): Infer<V> | undefined {
    return this.getPerCpu(key)[0];
  }

  getPerCpu(key: Infer<K>): Infer<V>[] {
    const entry = this.find(this.definition.key.encode(key));
    return entry?.values.map((value) => this.#decodeValue(value)) ?? [];
  }

  set(key: Infer<K>, value: Infer<V>, mode: keyof typeof updateFlag = 'any'): void {
    const { definition } = this;
    const result = this.put(
      definition.key.encode(key),
      definition.value.encode(value),
      updateFlag[mode],
      undefined,
    );
    if (result < 0) throw new VmMapError(definition, 'write to', -result);
  }

  delete(key: Infer<K>): boolean {
    const result = this.erase(this.definition.key.encode(key));
    if (result < 0 && result !== -2) throw new VmMapError(this.definition, 'delete from', -result);
    return result === 0;
  }

  *entries(): IterableIterator<[Infer<K>, Infer<V>]> {
    for (const entry of this.all()) {
      const [value] = entry.values;
      if (value === undefined) continue;
      yield [this.definition.key.decode(entry.key.bytes) as Infer<K>, this.#decodeValue(value)];
    }
  }

  view(index: number): DataView {
    const { definition } = this;
    const value = this.find(new Uint8Array(new Uint32Array([index]).buffer))?.values[0];
    if (definition.kind !== 'array' || (definition.flags & mapFlag.memoryMapped) === 0) {
      throw new VmMapError(definition, 'map into memory', 19);
    }
    if (value === undefined) throw new VmMapError(definition, `find entry ${index} of`, 7);
    return value.view;
  }

  #decodeValue(value: Region): Infer<V> {
    return this.definition.value.decode(value.bytes) as Infer<V>;
  }
}
