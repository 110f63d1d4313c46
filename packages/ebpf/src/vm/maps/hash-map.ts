import type { Struct } from '../../layout/index.ts';
import type { MapDefinition } from '../../map/index.ts';
import { errno } from '../errno.ts';
import { readOnly } from '../memory/guard.ts';
import { Region } from '../memory/region.ts';
import { updateFlag, VmMap, type Entry } from './vm-map.ts';

/**
 * Hash, per-CPU hash and LRU hash. As in the kernel a new value takes the place of the old one, so a pointer
 * to the old one keeps seeing it; only per-CPU values are written in place.
 */
export class VmHashMap<K extends Struct, V extends Struct> extends VmMap<K, V> {
  /** Oldest first. */
  readonly #entries = new Map<string, Entry>();
  readonly #evicts: boolean;

  constructor(definition: MapDefinition<K, V>, copies: number) {
    super(definition, copies);
    this.#evicts = definition.kind === 'lruHash';
  }

  find(key: Uint8Array): Entry | undefined {
    return this.#entries.get(textOf(key));
  }

  override lookup(key: Uint8Array, processor: number): Region | undefined {
    const text = textOf(key);
    const entry = this.#entries.get(text);
    if (entry !== undefined && this.#evicts) {
      this.#entries.delete(text);
      this.#entries.set(text, entry);
    }
    return this.valueOf(entry, processor);
  }

  put(key: Uint8Array, value: Uint8Array, flag: number, processor: number | undefined): number {
    const text = textOf(key);
    const entry = this.#entries.get(text);
    const refused = refusal(flag, entry !== undefined);
    if (refused !== 0) return -refused;
    if (entry === undefined && !this.#makeRoom()) return -errno.E2BIG;
    if (entry === undefined || this.copies === 1) {
      this.#entries.delete(text);
      this.#entries.set(text, this.#entryOf(key, value, processor));
    } else {
      for (const [index, region] of entry.values.entries()) {
        if (processor === undefined || processor === index) region.bytes.set(value);
      }
    }
    return 0;
  }

  erase(key: Uint8Array): number {
    return this.#entries.delete(textOf(key)) ? 0 : -errno.ENOENT;
  }

  all(): readonly Entry[] {
    return [...this.#entries.values()];
  }

  #makeRoom(): boolean {
    if (this.#entries.size < this.definition.capacity) return true;
    if (!this.#evicts) return false;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      break;
    }
    return true;
  }

  /** On per-CPU maps the processors other than the writing one start with zeros. */
  #entryOf(key: Uint8Array, value: Uint8Array, processor: number | undefined): Entry {
    const { name } = this.definition;
    const values = Array.from({ length: this.copies }, (_, index) => {
      const written = this.copies === 1 || processor === undefined || processor === index;
      return new Region(`value of ${name}`, written ? value.slice() : new Uint8Array(value.length));
    });
    const keyName = `key of ${name}`;
    return { key: new Region(keyName, key.slice(), { guard: readOnly(keyName) }), values };
  }
}

/** Why a flag does not allow the update, 0 if it does. */
function refusal(flag: number, exists: boolean): number {
  if (flag > updateFlag.replace) return errno.EINVAL;
  if (exists) return flag === updateFlag.create ? errno.EEXIST : 0;
  return flag === updateFlag.replace ? errno.ENOENT : 0;
}

/** Bytes as a string, for use as a key of a Map. */
const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
