import type { Struct } from '@evs/ebpf';

/**
 * One entry of a memory-mapped table that programs read at the same time: whole words are read and written
 * atomically, byte fields are not and must be written before the entry is linked.
 */
export class Record<S extends Struct> {
  readonly #layout: S;
  readonly #words: Uint32Array;
  readonly #longs: BigUint64Array;
  readonly #bytes: Uint8Array;

  constructor(layout: S, view: DataView) {
    this.#layout = layout;
    const size = layout.sizeBytes;
    this.#words = new Uint32Array(view.buffer, view.byteOffset, size >> 2);
    this.#longs = new BigUint64Array(view.buffer, view.byteOffset, size >> 3);
    this.#bytes = new Uint8Array(view.buffer, view.byteOffset, size);
  }

  u32(field: keyof S['fields'] & string): number {
    return Atomics.load(this.#words, this.#layout.offsetOf(field) >> 2);
  }
  setU32(field: keyof S['fields'] & string, value: number): void {
    Atomics.store(this.#words, this.#layout.offsetOf(field) >> 2, value);
  }
  u64(field: keyof S['fields'] & string): bigint {
    return Atomics.load(this.#longs, this.#layout.offsetOf(field) >> 3);
  }
  setU64(field: keyof S['fields'] & string, value: bigint): void {
    Atomics.store(this.#longs, this.#layout.offsetOf(field) >> 3, value);
  }
  /** A copy of `count` bytes from a field on. */
  bytes(field: keyof S['fields'] & string, count: number): Uint8Array {
    const at = this.#layout.offsetOf(field);
    return this.#bytes.slice(at, at + count);
  }
  setBytes(field: keyof S['fields'] & string, value: Uint8Array): void {
    this.#bytes.set(value, this.#layout.offsetOf(field));
  }
  clear(): void {
    for (let index = 0; index < this.#longs.length; index++) Atomics.store(this.#longs, index, 0n);
  }
  /** Replaces the bytes from `at` (a multiple of 8) on by whole 64-bit stores. */
  replace(at: number, bytes: Uint8Array): void {
    const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let index = 0; index + 8 <= bytes.length; index += 8) {
      Atomics.store(this.#longs, (at + index) >> 3, source.getBigUint64(index, true));
    }
  }
}
