import type { MapDefinition, Struct } from '@evs/ebpf';
import { EvsError } from '../../errors/index.ts';
import { libc } from '../libc.ts';
import { KernelMap } from './kernel-map.ts';
import { mapInfo, type MapInfo } from './object-info.ts';
import { openPinned } from './pin.ts';

/** A pinned map is not what its name promises: another version of the program made it. */
export class PinnedMapError extends EvsError {
  override readonly name = 'PinnedMapError';
  readonly path: string;
  readonly differences: readonly string[];

  constructor(path: string, differences: readonly string[]) {
    super('E_INVALID', `Cannot use the pinned map ${path}: ${differences.join(', ')}`, {
      hint: 'It was made by another version: remove it, which forgets what it holds',
    });
    this.path = path;
    this.differences = differences;
  }
}

/** Opens a pinned map, after comparing it with its definition. Throws PinnedMapError if they differ. */
export function openPinnedMap<K extends Struct, V extends Struct>(
  path: string,
  definition: MapDefinition<K, V>,
): KernelMap<K, V> {
  const fd = openPinned(path);
  try {
    const differences = differencesFrom(definition, fd, path);
    if (differences.length > 0) throw new PinnedMapError(path, differences);
  } catch (error) {
    libc.close(fd);
    throw error;
  }
  return new KernelMap(definition, fd);
}

/** What the kernel knows of a pinned map. */
export function pinnedMapInfo(path: string): MapInfo {
  const fd = openPinned(path);
  try {
    return mapInfo(fd, path);
  } finally {
    libc.close(fd);
  }
}

/** BPF_F_RDONLY_PROG, which the kernel adds by itself: `dev_map_init_map` in kernel/bpf/devmap.c. */
const addedFlags = 1 << 7;

function differencesFrom(definition: MapDefinition, fd: number, path: string): string[] {
  const info = mapInfo(fd, path);
  const wanted = [
    ['kind', definition.kind, info.kind],
    ['key bytes', definition.key.sizeBytes, info.keyBytes],
    ['value bytes', definition.value.sizeBytes, info.valueBytes],
    ['capacity', definition.capacity, info.capacity],
    ['flags', definition.flags, info.flags & ~addedFlags],
  ] as const;
  return wanted
    .filter(([, expected, found]) => expected !== found)
    .map(([what, expected, found]) => `${what} is ${found}, wanted ${expected}`);
}
