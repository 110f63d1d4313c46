import type { BpfMap, MapDefinition, Program } from '@evs/ebpf';
import { mkdirSync } from 'node:fs';
import { createMap, openPinnedMap, pinExists, type KernelMap } from '../../linux/index.ts';
import { growingTables, type DirectorMaps, type MapName } from '../maps.ts';
import { tableDirectory } from './table-directories.ts';

/** The tables of a director in the kernel: made, or found pinned, when they are first asked for. */
export class MapStore implements Disposable {
  readonly definitions: DirectorMaps;
  readonly directory: string | undefined;
  readonly #growing: ReadonlySet<MapDefinition>;
  readonly #open = new Map<MapDefinition, KernelMap>();
  #generation: string;

  /** Without a directory the maps end with the process. Growing tables are in a directory within it. */
  constructor(
    definitions: DirectorMaps,
    directory: string | undefined,
    generation: string = tableDirectory.present,
  ) {
    this.definitions = definitions;
    this.directory = directory;
    this.#generation = generation;
    this.#growing = new Set(growingTables.map((name) => definitions[name]));
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

  /** Takes the tables that do not grow from another store, which is left with the others. */
  inherit(from: MapStore): void {
    for (const [name, definition] of Object.entries(this.definitions)) {
      const theirs = from.definitions[name as MapName];
      const map = from.#open.get(theirs);
      if (map === undefined || this.#growing.has(definition)) continue;
      this.#open.set(definition, map);
      from.#open.delete(theirs);
    }
  }

  /** Its growing tables are pinned in another directory from now on. */
  moved(generation: string): void {
    this.#generation = generation;
  }

  #ensure(definition: MapDefinition): KernelMap {
    const known = this.#open.get(definition);
    if (known !== undefined) return known;
    const made = this.#isPinned(definition)
      ? openPinnedMap(this.#path(definition), definition)
      : this.#create(definition);
    this.#open.set(definition, made);
    return made;
  }

  #create(definition: MapDefinition): KernelMap {
    if (this.directory === undefined) return createMap(definition);
    const pin = this.#path(definition);
    if (this.#growing.has(definition)) {
      mkdirSync(`${this.directory}/${this.#generation}`, { recursive: true });
    }
    return createMap(definition, { pin });
  }

  #isPinned(definition: MapDefinition): boolean {
    return this.directory !== undefined && pinExists(this.#path(definition));
  }
  #path(definition: MapDefinition): string {
    const generation = this.#growing.has(definition) ? `${this.#generation}/` : '';
    return `${this.directory ?? ''}/${generation}${definition.name}`;
  }

  [Symbol.dispose](): void {
    for (const map of this.#open.values()) map[Symbol.dispose]();
    this.#open.clear();
  }
}
