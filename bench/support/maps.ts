import type { BpfMap, MapDefinition, Program, Struct } from '@evs/ebpf';
import {
  createMap,
  loadProgram,
  type KernelMap,
  type KernelProgram,
} from '../../packages/evs/src/linux/index.ts';

/** Maps that are made when a program first refers to them. */
export class Maps implements Disposable {
  readonly #made = new Map<MapDefinition, KernelMap>();

  open<K extends Struct, V extends Struct>(definition: MapDefinition<K, V>): BpfMap<K, V> {
    const known = this.#made.get(definition) ?? createMap(definition as MapDefinition);
    this.#made.set(definition, known);
    return known as unknown as BpfMap<K, V>;
  }

  load(program: Program): KernelProgram {
    for (const definition of program.maps) this.open(definition);
    return loadProgram(program, this.#made);
  }

  [Symbol.dispose](): void {
    for (const map of this.#made.values()) map[Symbol.dispose]();
  }
}
