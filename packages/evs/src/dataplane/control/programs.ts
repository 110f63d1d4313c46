import { EvsError } from '../../errors/index.ts';
import { loadProgram, type KernelProgram } from '../../linux/index.ts';
import type { Features } from '../program/assembly.ts';
import { assembleProgram, type ProgramPlace } from './assemble-program.ts';
import type { MapStore } from './map-store.ts';
import type { ProgramCache } from './program-cache.ts';
import type { LoadableProgram } from './program-file.ts';

/** Programs for one set of features, loaded when they are first needed. */
export class Programs implements Disposable {
  readonly features: Features;
  readonly #store: MapStore;
  readonly #cache: ProgramCache | undefined;
  readonly #loaded = new Map<ProgramPlace, KernelProgram>();

  constructor(store: MapStore, features: Features, cache?: ProgramCache) {
    this.#store = store;
    this.features = features;
    this.#cache = cache;
  }

  /** Throws VerifierError if the kernel refuses the program. */
  load(place: ProgramPlace): KernelProgram {
    const known = this.#loaded.get(place);
    if (known !== undefined) return known;
    const loaded = this.#loadCached(place) ?? this.#loadAssembled(place);
    this.#loaded.set(place, loaded);
    return loaded;
  }

  /** Whether a program can be loaded without being assembled. */
  isReady(place: ProgramPlace): boolean {
    return this.#loaded.has(place) || this.#cache?.has(this.features, place) === true;
  }

  /** A program that the kernel refuses is assembled anew, if only because that one's error names the line. */
  #loadCached(place: ProgramPlace): KernelProgram | undefined {
    const cached = this.#cache?.read(this.features, place);
    if (cached === undefined) return undefined;
    try {
      return this.#load(cached);
    } catch (error) {
      if (error instanceof EvsError) return undefined;
      throw error;
    }
  }

  #loadAssembled(place: ProgramPlace): KernelProgram {
    const assembled = assembleProgram(this.#store.definitions, this.features, place);
    const loaded = this.#load(assembled);
    this.#cache?.write(this.features, place, assembled);
    return loaded;
  }

  #load({ program, btf }: LoadableProgram): KernelProgram {
    return loadProgram(program, this.#store.forProgram(program), { btf });
  }

  [Symbol.dispose](): void {
    for (const program of this.#loaded.values()) program[Symbol.dispose]();
    this.#loaded.clear();
  }
}
