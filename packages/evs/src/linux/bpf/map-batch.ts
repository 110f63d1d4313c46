import type { Infer, MapDefinition, Struct } from '@evs/ebpf';
import { SystemCallError } from '../system-call.ts';
import { Attributes, tryBpf } from './command.ts';

const chunkEntries = 4096;
const ENOENT = -2;
const ENOSPC = -28;

/**
 * Entries of a hash, some thousands for each system call: about 0.4 µs an entry. Between two calls the kernel
 * remembers a bucket, so a change of the map meanwhile neither skips nor repeats other entries.
 *
 * @yields keys with their values.
 */
export function* entriesByBatch<K extends Struct, V extends Struct>(
  definition: MapDefinition<K, V>,
  fd: number,
): IterableIterator<[Infer<K>, Infer<V>]> {
  const { key, value } = definition;
  for (const { keys, values, count } of chunks(definition, fd)) {
    for (let index = 0; index < count; index++) {
      yield [
        key.decode(keys, index * key.sizeBytes) as Infer<K>,
        value.decode(values, index * value.sizeBytes) as Infer<V>,
      ];
    }
  }
}

function* chunks(definition: MapDefinition, fd: number): IterableIterator<Chunk> {
  const { capacity, name } = definition;
  let room = Math.min(chunkEntries, capacity);
  let position: Buffer | undefined;
  for (;;) {
    const chunk = readChunk(definition, fd, position, room);
    if (chunk.result === ENOSPC && room < capacity) {
      // The next bucket alone holds more than there is room for.
      room = Math.min(room * 2, capacity);
      continue;
    }
    // The last chunk comes with ENOENT and a valid count.
    if (chunk.result < 0 && chunk.result !== ENOENT) {
      throw new SystemCallError('bpf(BPF_MAP_LOOKUP_BATCH)', `map ${name}`, -chunk.result, {
        attempt: 'list',
      });
    }
    yield chunk;
    if (chunk.result === ENOENT) return;
    position = chunk.next;
  }
}

interface Chunk {
  readonly result: number;
  readonly count: number;
  readonly keys: Buffer;
  readonly values: Buffer;
  readonly next: Buffer;
}

function readChunk(
  { key, value }: MapDefinition,
  fd: number,
  position: Buffer | undefined,
  room: number,
): Chunk {
  const keys = Buffer.alloc(room * key.sizeBytes);
  const values = Buffer.alloc(room * value.sizeBytes);
  const next = Buffer.alloc(4);
  const attributes = new Attributes(56)
    .pointer(8, next) // out_batch
    .pointer(16, keys)
    .pointer(24, values)
    .u32(32, room) // count
    .u32(36, fd); // map_fd
  if (position !== undefined) attributes.pointer(0, position); // in_batch
  const result = tryBpf('MAP_LOOKUP_BATCH', attributes.bytes);
  attributes.keepAlive();
  return { result, count: attributes.bytes.readUInt32LE(32), keys, values, next };
}
