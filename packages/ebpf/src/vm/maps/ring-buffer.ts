import type { Struct } from '../../layout/index.ts';
import { errno } from '../errno.ts';
import { VmMap, type Entry } from './vm-map.ts';

const recordHeaderBytes = 8;

/** A ring buffer. Nobody reads it by itself: `take` is the reader, and until then records fill it up. */
export class VmRingBuffer<K extends Struct, V extends Struct> extends VmMap<K, V> {
  #records: Uint8Array[] = [];
  #usedBytes = 0;

  /** Records written and not taken yet, oldest first. */
  records(): readonly Uint8Array[] {
    return this.#records;
  }

  /** The same, and makes room for more. */
  take(): readonly Uint8Array[] {
    const taken = this.#records;
    this.#records = [];
    this.#usedBytes = 0;
    return taken;
  }

  /** Appends a copy of a record: 0, or −EAGAIN if the buffer is full. */
  output(record: Uint8Array): number {
    const needed = recordHeaderBytes + Math.ceil(record.length / 8) * 8;
    if (this.#usedBytes + needed > this.definition.capacity - 1) return -errno.EAGAIN;
    this.#usedBytes += needed;
    this.#records.push(record.slice());
    return 0;
  }

  find(): undefined {
    return undefined;
  }

  put(): number {
    return -errno.EINVAL;
  }

  erase(): number {
    return -errno.EINVAL;
  }

  all(): readonly Entry[] {
    return [];
  }
}
