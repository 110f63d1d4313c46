import type { Struct } from '../../layout/index.ts';
import type { MapDefinition } from '../../map/index.ts';
import { errno } from '../errno.ts';
import { readOnly } from '../memory/guard.ts';
import { Region } from '../memory/region.ts';
import { updateFlag, VmMap, type Entry } from './vm-map.ts';

/** Array and per-CPU array. All values of a processor lie in one buffer, each at a multiple of 8 bytes. */
export class VmArrayMap<K extends Struct, V extends Struct> extends VmMap<K, V> {
  readonly #buffers: readonly ArrayBuffer[];
  readonly #strideBytes: number;
  readonly #entries: (Entry | undefined)[] = [];

  constructor(definition: MapDefinition<K, V>, copies: number) {
    super(definition, copies);
    this.#strideBytes = Math.ceil(definition.value.sizeBytes / 8) * 8;
    this.#buffers = Array.from(
      { length: copies },
      () => new ArrayBuffer(this.#strideBytes * definition.capacity),
    );
  }

  find(key: Uint8Array): Entry | undefined {
    return this.#at(indexOf(key));
  }

  put(key: Uint8Array, value: Uint8Array, flag: number, processor: number | undefined): number {
    const entry = this.find(key);
    if (flag > updateFlag.replace) return -errno.EINVAL;
    if (entry === undefined) return -errno.E2BIG;
    if (flag === updateFlag.create) return -errno.EEXIST;
    for (const [index, region] of entry.values.entries()) {
      if (processor === undefined || this.copies === 1 || processor === index) {
        region.bytes.set(value);
      }
    }
    return 0;
  }

  erase(): number {
    return -errno.EINVAL;
  }

  all(): readonly Entry[] {
    return Array.from({ length: this.definition.capacity }, (_, index) => this.#at(index)).filter(
      (entry) => entry !== undefined,
    );
  }

  #at(index: number): Entry | undefined {
    if (index >= this.definition.capacity) return undefined;
    this.#entries[index] ??= this.#entryOf(index);
    return this.#entries[index];
  }

  #entryOf(index: number): Entry {
    const { name, value } = this.definition;
    const keyName = `key of ${name}`;
    const key = new Uint8Array(new Uint32Array([index]).buffer);
    const values = this.#buffers.map(
      (buffer) =>
        new Region(
          `value ${index} of ${name}`,
          new Uint8Array(buffer, index * this.#strideBytes, value.sizeBytes),
        ),
    );
    return { key: new Region(keyName, key, { guard: readOnly(keyName) }), values };
  }
}

/** An array's key: 4 bytes, in the byte order of the machine. */
export const indexOf = (key: Uint8Array): number =>
  new DataView(key.buffer, key.byteOffset, key.byteLength).getUint32(0, true);
