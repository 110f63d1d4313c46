/** Which places of a table are free. Place 0 never is: it stands for none. */
export class Places {
  #taken: Uint8Array;
  /** No place below is free. */
  #lowest = 1;

  constructor(count: number) {
    this.#taken = new Uint8Array(count);
  }

  /** More places, free ones. */
  grow(count: number): void {
    const taken = new Uint8Array(count);
    taken.set(this.#taken);
    this.#taken = taken;
  }

  /** The first that is free; undefined if none is. */
  first(): number | undefined {
    while (this.#taken[this.#lowest] === 1) this.#lowest += 1;
    return this.#lowest < this.#taken.length ? this.#lowest : undefined;
  }

  take(place: number): void {
    this.#taken[place] = 1;
  }

  free(place: number): void {
    this.#taken[place] = 0;
    this.#lowest = Math.min(this.#lowest, place);
  }
}
