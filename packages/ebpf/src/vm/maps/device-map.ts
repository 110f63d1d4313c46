import type { Struct } from '../../layout/index.ts';
import { errno } from '../errno.ts';
import { indexOf } from './array-map.ts';
import { VmHashMap } from './hash-map.ts';
import type { MapDefinition } from '../../map/index.ts';

/** Redirect targets: an array with gaps. */
export class VmDeviceMap<K extends Struct, V extends Struct> extends VmHashMap<K, V> {
  constructor(definition: MapDefinition<K, V>) {
    super(definition, 1);
  }

  override put(
    key: Uint8Array,
    value: Uint8Array,
    flag: number,
    processor: number | undefined,
  ): number {
    if (indexOf(key) >= this.definition.capacity) return -errno.E2BIG;
    return super.put(key, value, flag, processor);
  }
}
