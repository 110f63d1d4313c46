import { mapMemory, pageBytes, roundUp } from '../mapped-memory.ts';
import { pollReadable, type Poll } from '../poll.ts';
import type { KernelMap } from './kernel-map.ts';

/** BPF_RINGBUF_BUSY_BIT and BPF_RINGBUF_DISCARD_BIT; the rest of a header's first word is the length. */
const busyBit = 0x8000_0000;
const discardBit = 0x4000_0000;
const headerBytes = 8;

/**
 * Reads the records that programs put into a ring buffer, in order. The map's memory is two pages with the
 * positions of consumer and producer, then the data, twice in a row, so that no record is ever broken in two.
 *
 *     0            page           2 page                    2 page + size            2 page + 2 size
 *     | consumer   | producer     | records                 | the same records       |
 */
export class RingBufferReader implements Disposable {
  readonly #consumer: BigUint64Array;
  readonly #producer: BigUint64Array;
  readonly #headers: DataView;
  readonly #records: Uint8Array;
  readonly #mask: number;
  readonly #map: KernelMap;
  #poll: Poll | undefined;

  constructor(map: KernelMap) {
    const { capacity, name } = map.definition;
    const page = pageBytes();
    const on = `map ${name}`;
    const consumer = mapMemory(map.fd, 'readWrite', 0, page, on);
    const rest = mapMemory(map.fd, 'read', page, page + 2 * capacity, on);
    this.#consumer = new BigUint64Array(consumer, 0, 1);
    this.#producer = new BigUint64Array(rest, 0, 1);
    this.#headers = new DataView(rest, page);
    this.#records = new Uint8Array(rest, page);
    this.#mask = capacity - 1;
    this.#map = map;
  }

  /** Hands on every finished record; the bytes are a copy. Returns how many there were. */
  drain(onRecord: (record: Uint8Array) => void): number {
    let count = 0;
    let position = Atomics.load(this.#consumer, 0);
    while (position < Atomics.load(this.#producer, 0)) {
      const at = Number(position & BigInt(this.#mask));
      const header = this.#headers.getUint32(at, true);
      if (header >= busyBit) break;
      const length = header & ~discardBit;
      const record = this.#records.slice(at + headerBytes, at + headerBytes + length);
      position += BigInt(roundUp(headerBytes + length, 8));
      // Before the call: what throws must not see the same record again.
      Atomics.store(this.#consumer, 0, position);
      if ((header & discardBit) !== 0) continue;
      count++;
      onRecord(record);
    }
    return count;
  }

  /** Calls back for each record as it comes, until this reader is disposed of. */
  watch(onRecord: (record: Uint8Array) => void): Poll {
    this.#poll ??= pollReadable(this.#map.fd, () => this.drain(onRecord));
    return this.#poll;
  }

  /** Stops watching; the map stays open. */
  [Symbol.dispose](): void {
    this.#poll?.[Symbol.dispose]();
    this.#poll = undefined;
  }
}
