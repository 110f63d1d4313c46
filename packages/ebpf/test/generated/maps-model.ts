import { isArray, keysOf, mapNames, mapOf, Value, type MapName } from './layouts.ts';

/** What programs left in the maps: bytes by key, as text. */
type MapState = Readonly<Record<MapName, Readonly<Record<string, string>>>>;

/** Maps of generated programs, without eBPF. Values are replaced, not changed, when a hash is updated. */
export class MapsModel {
  readonly #maps = new Map<MapName, Map<string, Uint8Array>>(
    mapNames.map((name) => [name, new Map(isArray(name) ? emptyArray(name) : [])]),
  );

  find(map: MapName, key: string): Uint8Array | undefined {
    return this.#of(map).get(key);
  }

  /** An entry that cannot be missing. */
  existing(map: MapName, key: string): Uint8Array {
    const value = this.find(map, key);
    if (value === undefined) throw new TypeError(`map ${map} has no entry ${key}`);
    return value;
  }

  update(map: MapName, key: string, value: Uint8Array, mode: string): bigint {
    const entries = this.#of(map);
    const existing = entries.get(key);
    if (existing === undefined) {
      if (isArray(map)) return -7n;
      if (mode === 'replace') return -2n;
      if (entries.size >= mapOf(map).capacity) return -7n;
    } else if (mode === 'create') return -17n;
    if (existing !== undefined && (isArray(map) || map === 'perCpuHash')) existing.set(value);
    else entries.set(key, value);
    return 0n;
  }

  remove(map: MapName, key: string): bigint {
    return this.#of(map).delete(key) ? 0n : -2n;
  }

  entries(map: MapName): [string, Uint8Array][] {
    return [...this.#of(map)];
  }

  state(): MapState {
    const states = mapNames.map((map) => {
      const entries = this.entries(map).map(([key, bytes]) => [key, bytes.join()] as const);
      return [map, Object.fromEntries(entries)] as const;
    });
    return Object.fromEntries(states) as MapState;
  }

  #of(map: MapName): Map<string, Uint8Array> {
    const entries = this.#maps.get(map);
    if (entries === undefined) throw new TypeError(`no map ${map}`);
    return entries;
  }
}

const emptyArray = (name: MapName): [string, Uint8Array][] =>
  keysOf(name).map(({ index = 0 }) => [`${index}`, new Uint8Array(Value.sizeBytes)]);
