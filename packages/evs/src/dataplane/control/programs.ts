import type { Program } from '@evs/ebpf';
import { loadProgram, type KernelProgram } from '../../linux/index.ts';
import type { Features } from '../program/assembly.ts';
import { directorProgram } from '../program/director.ts';
import { sweepProgram } from '../program/sweep.ts';
import type { MapStore } from './map-store.ts';

/** The programs of a director: one body, assembled for each kind of place it runs in. */
export type ProgramPlace = 'xdp' | 'tc' | 'loopback' | 'sweep';

/** Programs for one set of features, loaded when they are first needed. */
export class Programs implements Disposable {
  readonly features: Features;
  readonly #store: MapStore;
  readonly #loaded = new Map<ProgramPlace, KernelProgram>();

  constructor(store: MapStore, features: Features) {
    this.#store = store;
    this.features = features;
  }

  /** Throws VerifierError if the kernel refuses the program. */
  load(place: ProgramPlace): KernelProgram {
    const known = this.#loaded.get(place);
    if (known !== undefined) return known;
    const program = this.#assemble(place);
    const loaded = loadProgram(program, this.#store.forProgram(program));
    this.#loaded.set(place, loaded);
    return loaded;
  }

  #assemble(place: ProgramPlace): Program {
    const maps = this.#store.definitions;
    if (place === 'sweep') return sweepProgram(maps, this.features);
    if (place === 'xdp') return directorProgram(maps, this.features, 'xdp');
    return directorProgram(maps, this.features, 'tc', place === 'loopback');
  }

  [Symbol.dispose](): void {
    for (const program of this.#loaded.values()) program[Symbol.dispose]();
    this.#loaded.clear();
  }
}
