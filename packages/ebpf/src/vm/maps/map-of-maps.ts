import type { Infer, Struct } from '../../layout/index.ts';
import { errno } from '../errno.ts';
import type { Region } from '../memory/region.ts';
import { indexOf } from './array-map.ts';
import { VmMapError } from './vm-map-error.ts';
import { VmMap, type Entry } from './vm-map.ts';

/** Array or hash of maps. Control code fills it with `setInner`; programs only look up in it. */
export class VmMapOfMaps<K extends Struct, V extends Struct> extends VmMap<K, V> {
  readonly #inner = new Map<string, VmMap>();

  /** Puts a map under a key. Throws VmMapError if there is no room. */
  setInner(key: Infer<K>, inner: VmMap): void {
    const bytes = this.definition.key.encode(key);
    const isArray = this.definition.kind === 'arrayOfMaps';
    const text = bytes.join();
    const full = isArray
      ? indexOf(bytes) >= this.definition.capacity
      : !this.#inner.has(text) && this.#inner.size >= this.definition.capacity;
    if (full) throw new VmMapError(this.definition, 'write to', errno.E2BIG);
    this.#inner.set(text, inner);
  }

  /** The map under a key. */
  getInner(key: Infer<K>): VmMap | undefined {
    return this.#inner.get(this.definition.key.encode(key).join());
  }

  override lookup(key: Uint8Array): Region | undefined {
    return this.#inner.get(key.join())?.reference;
  }

  find(): undefined {
    return undefined;
  }

  put(): number {
    return -errno.EINVAL;
  }

  erase(key: Uint8Array): number {
    return this.#inner.delete(key.join()) ? 0 : -errno.ENOENT;
  }

  all(): readonly Entry[] {
    return [];
  }
}
