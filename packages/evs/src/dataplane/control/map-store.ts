import type { BpfMap, MapDefinition, Program } from '@evs/ebpf';
import { createMap, openPinnedMap, pinExists, type KernelMap } from '../../linux/index.ts';
import type { DirectorMaps, MapName } from '../maps.ts';

/** The tables of a director in the kernel: made, or found pinned, when they are first asked for. */
export class MapStore implements Disposable {
  readonly definitions: DirectorMaps;
  readonly #directory: string | undefined;
  readonly #open = new Map<MapDefinition, KernelMap>();

  /** Without a directory the maps end with the process. */
  constructor(definitions: DirectorMaps, directory: string | undefined) {
    this.definitions = definitions;
    this.#directory = directory;
  }

  open<N extends MapName>(name: N): BpfMap<DirectorMaps[N]['key'], DirectorMaps[N]['value']> {
    return this.#ensure(this.definitions[name]) as unknown as BpfMap<
      DirectorMaps[N]['key'],
      DirectorMaps[N]['value']
    >;
  }

  /** Whether a table is there, without making it. */
  exists(name: MapName): boolean {
    const definition = this.definitions[name];
    return this.#open.has(definition) || this.#isPinned(definition);
  }

  /** Makes every map that a program refers to; what loading it needs. */
  forProgram(program: Program): ReadonlyMap<MapDefinition, KernelMap> {
    for (const definition of program.maps) this.#ensure(definition);
    return this.#open;
  }

  #ensure(definition: MapDefinition): KernelMap {
    const known = this.#open.get(definition);
    if (known !== undefined) return known;
    const made = this.#isPinned(definition)
      ? openPinnedMap(this.#path(definition), definition)
      : createMap(definition, this.#directory === undefined ? {} : { pin: this.#path(definition) });
    this.#open.set(definition, made);
    return made;
  }

  #isPinned(definition: MapDefinition): boolean {
    return this.#directory !== undefined && pinExists(this.#path(definition));
  }
  #path(definition: MapDefinition): string {
    return `${this.#directory ?? ''}/${definition.name}`;
  }

  [Symbol.dispose](): void {
    for (const map of this.#open.values()) map[Symbol.dispose]();
    this.#open.clear();
  }
}
