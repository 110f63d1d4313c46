import { mapKind, type MapDefinition, type Struct } from '@evs/ebpf';
import { libc } from '../libc.ts';
import { SystemCallError } from '../system-call.ts';
import { Attributes, bpf } from './command.ts';
import { KernelMap } from './kernel-map.ts';
import { loadMapBtf, type LoadedMapBtf } from './map-btf.ts';

/** Where a new map shall be pinned. */
export interface CreateMapOptions {
  readonly pin?: string;
}

/** Creates a map; dispose of it to close its descriptor. Throws SystemCallError. */
export function createMap<K extends Struct, V extends Struct>(
  definition: MapDefinition<K, V>,
  options: CreateMapOptions = {},
): KernelMap<K, V> {
  const template = definition.inner === undefined ? undefined : createMap(definition.inner);
  try {
    const map = new KernelMap(definition, createDescribed(definition, template?.fd ?? 0));
    if (options.pin !== undefined) map.pin(options.pin);
    return map;
  } finally {
    template?.[Symbol.dispose]();
  }
}

/** With BTF, so that `bpftool map dump` shows fields; without it where the kernel wants none. */
function createDescribed(definition: MapDefinition, innerFd: number): number {
  const btf = loadMapBtf(definition);
  if (btf === undefined) return create(definition, innerFd);
  try {
    return create(definition, innerFd, btf);
  } catch (error) {
    if (error instanceof SystemCallError && error.code === 'E_NO_PRIVILEGE') throw error;
    return create(definition, innerFd);
  } finally {
    libc.close(btf.fd);
  }
}

function create(definition: MapDefinition, innerFd: number, btf?: LoadedMapBtf): number {
  const attributes = new Attributes(72)
    .u32(0, mapKind[definition.kind]) // map_type
    .u32(4, definition.key.sizeBytes) // key_size
    .u32(8, definition.value.sizeBytes) // value_size
    .u32(12, definition.capacity) // max_entries
    .u32(16, definition.flags) // map_flags
    .u32(20, innerFd) // inner_map_fd
    .name(28, definition.name) // map_name
    .u32(48, btf?.fd ?? 0) // btf_fd
    .u32(52, btf?.keyTypeId ?? 0) // btf_key_type_id
    .u32(56, btf?.valueTypeId ?? 0); // btf_value_type_id
  return bpf('MAP_CREATE', attributes, `map ${definition.name}`, { attempt: 'create' });
}
