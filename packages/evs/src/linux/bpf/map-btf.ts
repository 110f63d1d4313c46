import { encodeMapBtf, type MapDefinition } from '@evs/ebpf';
import { loadBtf } from './load-btf.ts';

/** Types of a map's key and value in the kernel; close `fd` when the map exists. */
export interface LoadedMapBtf {
  readonly fd: number;
  readonly keyTypeId: number;
  readonly valueTypeId: number;
}

/** Undefined for the kinds of map that have no types. */
export function loadMapBtf(definition: MapDefinition): LoadedMapBtf | undefined {
  const btf = encodeMapBtf(definition);
  if (btf === undefined) return undefined;
  const { blob, keyTypeId, valueTypeId } = btf;
  return { fd: loadBtf(blob, `map ${definition.name}`), keyTypeId, valueTypeId };
}
