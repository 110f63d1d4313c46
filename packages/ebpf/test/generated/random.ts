/** Random choices that a seed repeats. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 32 random bits: mulberry32, public domain. */
  bits(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A whole number from 0 to `limit` − 1. */
  below(limit: number): number {
    return this.bits() % limit;
  }

  /** True once in `n` times on average. */
  once(n: number): boolean {
    return this.below(n) === 0;
  }

  pick<T>(from: readonly T[]): T {
    const chosen = from[this.below(from.length)];
    if (chosen === undefined) throw new RangeError('Cannot pick from an empty list');
    return chosen;
  }

  /** One of the keys, each as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries<number>(weights) as [K, number][];
    let at = this.below(entries.reduce((sum, [, weight]) => sum + weight, 0));
    for (const [key, weight] of entries) {
      at -= weight;
      if (at < 0) return key;
    }
    throw new RangeError('Cannot pick: all weights are zero');
  }

  /** Mostly small numbers and those at the edges of the sizes. */
  number(bits: number): bigint {
    const one = 1n << BigInt(this.below(bits));
    const value = this.pick([
      () => BigInt(this.below(8)),
      () => one + BigInt(this.below(3)) - 1n,
      () => -BigInt(this.below(4)),
      () => (BigInt(this.bits()) << 32n) | BigInt(this.bits()),
      () => BigInt(this.below(256)),
    ])();
    return BigInt.asUintN(bits, value);
  }
}
