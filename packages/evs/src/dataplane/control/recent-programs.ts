import type { Features } from '../program/assembly.ts';
import type { Programs } from './programs.ts';

/** A feature that comes and goes, as when a service is edited back and forth, is then free. */
const mostSets = 4;

/** The programs of the last few sets of features, loaded still: one of them is in use. */
export class RecentPrograms implements Disposable {
  readonly #make: (features: Features) => Programs;
  /** The one used last comes last. */
  readonly #sets = new Map<string, Programs>();

  constructor(make: (features: Features) => Programs) {
    this.#make = make;
  }

  has(features: Features): boolean {
    return this.#sets.has(JSON.stringify(features));
  }

  /** Without keeping them, if they are not kept already. Nothing is loaded by this. */
  peek(features: Features): Programs {
    return this.#sets.get(JSON.stringify(features)) ?? this.#make(features);
  }

  /** Nothing is loaded yet by this. */
  of(features: Features): Programs {
    const key = JSON.stringify(features);
    const programs = this.#sets.get(key) ?? this.#make(features);
    this.#sets.delete(key);
    this.#sets.set(key, programs);
    return programs;
  }

  /** Closes those that were not used for longest. What is attached goes on. */
  forgetOld(): void {
    for (const [key, programs] of this.#sets) {
      if (this.#sets.size <= mostSets) return;
      programs[Symbol.dispose]();
      this.#sets.delete(key);
    }
  }

  [Symbol.dispose](): void {
    for (const programs of this.#sets.values()) programs[Symbol.dispose]();
    this.#sets.clear();
  }
}
