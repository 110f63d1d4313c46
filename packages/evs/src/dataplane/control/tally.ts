/** How many there are of each value. */
export class Tally<T> {
  readonly #counts = new Map<T, number>();

  /** Whether it is the first one of its value. */
  add(value: T): boolean {
    const count = this.#counts.get(value) ?? 0;
    this.#counts.set(value, count + 1);
    return count === 0;
  }

  /** Whether it was the last one of its value. */
  remove(value: T): boolean {
    const count = this.#counts.get(value) ?? 0;
    if (count > 1) this.#counts.set(value, count - 1);
    else this.#counts.delete(value);
    return count === 1;
  }

  has(value: T): boolean {
    return this.#counts.has(value);
  }

  /** Each value once. */
  values(): T[] {
    return [...this.#counts.keys()];
  }
}
