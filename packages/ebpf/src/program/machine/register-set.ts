/**
 * A set of register numbers that is quick to change and to walk, members in order of arrival: P. Briggs and
 * L. Torczon, An Efficient Representation for Sparse Sets, 1993. Removal moves the last member into the gap.
 */
export class RegisterSet {
  readonly #members: Int32Array;
  readonly #positions: Int32Array;
  #size = 0;

  /** Holds numbers below `limit`. */
  constructor(limit: number) {
    this.#members = new Int32Array(limit);
    this.#positions = new Int32Array(limit);
  }

  get size(): number {
    return this.#size;
  }

  /** The member at a place from 0 to `size` - 1. */
  at(place: number): number {
    return this.#members[place] ?? 0;
  }

  has(register: number): boolean {
    const place = this.#positions[register] ?? 0;
    return place < this.#size && this.#members[place] === register;
  }

  add(register: number): void {
    if (this.has(register)) return;
    this.#members[this.#size] = register;
    this.#positions[register] = this.#size;
    this.#size += 1;
  }

  delete(register: number): void {
    if (!this.has(register)) return;
    this.#size -= 1;
    const place = this.#positions[register] ?? 0;
    const last = this.#members[this.#size] ?? 0;
    this.#members[place] = last;
    this.#positions[last] = place;
  }

  clear(): void {
    this.#size = 0;
  }
}
