import type { BpfMap, Infer, MapDefinition, Struct } from '@evs/ebpf';
import { EvsError } from '../../errors/index.ts';
import { libc } from '../libc.ts';
import { mapMemory, pageBytes, roundUp } from '../mapped-memory.ts';
import { SystemCallError } from '../system-call.ts';
import { Attributes, tryBpf, type Command } from './command.ts';
import { entriesByBatch } from './map-batch.ts';
import { pinObject } from './pin.ts';
import { possibleCpuCount } from './possible-cpus.ts';

const updateFlag = { any: 0, create: 1, replace: 2 } as const;
const ENOENT = -2;
const E2BIG = 7;

/**
 * A map in the kernel. One system call of about 1.3 µs per operation: its buffers are made once. Dispose of
 * it to close the descriptor; the map lives on while a program or a pin holds it.
 */
export class KernelMap<K extends Struct = Struct, V extends Struct = Struct>
  implements BpfMap<K, V>, Disposable
{
  readonly definition: MapDefinition<K, V>;
  readonly fd: number;
  readonly #key: Buffer;
  readonly #nextKey: Buffer;
  /** All CPUs' values behind each other, at multiples of the stride. */
  readonly #value: Buffer;
  /** Bytes from one value to the next, on per-CPU maps and in memory-mapped arrays. */
  readonly #strideBytes: number;
  /** `union bpf_attr` of look-ups and updates, of deletions, and of the walk over the keys. */
  readonly #element: Buffer;
  readonly #deletion: Buffer;
  readonly #walk: Buffer;
  #memory: ArrayBuffer | undefined;
  #open = true;

  /** Takes ownership of `fd`, which must be a map of this definition. */
  constructor(definition: MapDefinition<K, V>, fd: number) {
    this.definition = definition;
    this.fd = fd;
    this.#strideBytes = roundUp(definition.value.sizeBytes, 8);
    this.#key = Buffer.alloc(definition.key.sizeBytes);
    this.#nextKey = Buffer.alloc(definition.key.sizeBytes);
    this.#value = Buffer.alloc(this.#strideBytes * this.#copies());
    // map_fd, key, value or next_key, flags
    this.#element = new Attributes(32)
      .u32(0, fd)
      .pointer(8, this.#key)
      .pointer(16, this.#value).bytes;
    this.#deletion = new Attributes(32).u32(0, fd).pointer(8, this.#key).bytes;
    this.#walk = new Attributes(32)
      .u32(0, fd)
      .pointer(8, this.#key)
      .pointer(16, this.#nextKey).bytes;
  }

  /** On a per-CPU map: the value of the first CPU. */
  get(key: Infer<K>): Infer<V> | undefined {
    return this.#lookUp(key) ? (this.definition.value.decode(this.#value) as Infer<V>) : undefined;
  }

  getPerCpu(key: Infer<K>): Infer<V>[] {
    if (!this.#lookUp(key)) return [];
    return Array.from(
      { length: this.#copies() },
      (_, cpu) => this.definition.value.decode(this.#value, cpu * this.#strideBytes) as Infer<V>,
    );
  }

  /** On a per-CPU map: the same value for every CPU. Code E_TABLE_FULL if there is no room. */
  set(key: Infer<K>, value: Infer<V>, mode: keyof typeof updateFlag = 'any'): void {
    this.definition.key.encode(key, this.#key);
    for (let cpu = 0; cpu < this.#copies(); cpu++) {
      this.definition.value.encode(value, this.#value, cpu * this.#strideBytes);
    }
    this.#element.writeUInt32LE(updateFlag[mode], 24);
    const result = tryBpf('MAP_UPDATE_ELEM', this.#element);
    this.#element.writeUInt32LE(0, 24);
    if (result === -E2BIG) {
      throw new SystemCallError('bpf(BPF_MAP_UPDATE_ELEM)', this.#name, E2BIG, {
        attempt: 'write to',
        code: 'E_TABLE_FULL',
        detail: `it has room for ${this.definition.capacity} entries`,
      });
    }
    if (result < 0) this.#refuse('MAP_UPDATE_ELEM', 'write to', result);
  }

  delete(key: Infer<K>): boolean {
    this.definition.key.encode(key, this.#key);
    const result = tryBpf('MAP_DELETE_ELEM', this.#deletion);
    if (result < 0 && result !== ENOENT) this.#refuse('MAP_DELETE_ELEM', 'delete from', result);
    return result >= 0;
  }

  /**
   * Each entry once if nobody changes the map meanwhile; it may be changed while this runs. On per-CPU maps:
   * the value of the first CPU.
   */
  entries(): IterableIterator<[Infer<K>, Infer<V>]> {
    const { kind } = this.definition;
    if (kind === 'hash' || kind === 'lruHash') {
      return entriesByBatch(this.definition, this.fd);
    }
    return this.#entriesOneByOne();
  }

  view(index: number): DataView {
    const { capacity, value, name } = this.definition;
    if (!Number.isInteger(index) || index < 0 || index >= capacity) {
      throw new EvsError('E_RANGE', `Map ${name} has no entry ${index}: it has ${capacity}`);
    }
    this.#memory ??= mapMemory(
      this.fd,
      'readWrite',
      0,
      roundUp(this.#strideBytes * capacity, pageBytes()),
      this.#name,
    );
    return new DataView(this.#memory, index * this.#strideBytes, value.sizeBytes);
  }

  /** Gives the map a name in a BPF file system, where it outlives this process. */
  pin(path: string): void {
    pinObject(this.fd, path);
  }

  [Symbol.dispose](): void {
    if (this.#open) libc.close(this.fd);
    this.#open = false;
  }

  get #name(): string {
    return `map ${this.definition.name}`;
  }

  #copies(): number {
    return this.definition.kind.startsWith('perCpu') ? possibleCpuCount() : 1;
  }

  #lookUp(key: Infer<K>): boolean {
    this.definition.key.encode(key, this.#key);
    const result = tryBpf('MAP_LOOKUP_ELEM', this.#element);
    if (result < 0 && result !== ENOENT) this.#refuse('MAP_LOOKUP_ELEM', 'read', result);
    return result >= 0;
  }

  *#entriesOneByOne(): IterableIterator<[Infer<K>, Infer<V>]> {
    let key = this.#keyAfter(undefined);
    while (key !== undefined) {
      const value = this.get(key);
      if (value !== undefined) yield [key, value];
      key = this.#keyAfter(key);
    }
  }

  #keyAfter(key: Infer<K> | undefined): Infer<K> | undefined {
    if (key === undefined) this.#walk.writeBigUInt64LE(0n, 8);
    else {
      this.definition.key.encode(key, this.#key);
      this.#element.copy(this.#walk, 8, 8, 16);
    }
    const result = tryBpf('MAP_GET_NEXT_KEY', this.#walk);
    if (result === ENOENT) return undefined;
    if (result < 0) this.#refuse('MAP_GET_NEXT_KEY', 'list', result);
    return this.definition.key.decode(this.#nextKey) as Infer<K>;
  }

  #refuse(command: Command, attempt: string, result: number): never {
    throw new SystemCallError(`bpf(BPF_${command})`, this.#name, -result, { attempt });
  }
}
