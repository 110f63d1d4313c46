import { errno, libc, memoryAt } from './libc.ts';
import { SystemCallError } from './system-call.ts';

const protection = { read: 1, readWrite: 3 } as const;
const MAP_SHARED = 1;
const MAP_FAILED = -1n;

let pageSize: number | undefined;
/** Bytes of a memory page: 4096 on x86-64, up to 64 KiB on arm64. */
export const pageBytes = (): number => (pageSize ??= libc.getpagesize());

export const roundUp = (value: number, multiple: number): number =>
  Math.ceil(value / multiple) * multiple;

/** Unmaps what nobody can reach any more: an access after an earlier unmapping would kill the process. */
const unmapper = new FinalizationRegistry<{ address: bigint; sizeBytes: number }>((mapping) => {
  libc.munmap(mapping.address, mapping.sizeBytes);
});

/**
 * Maps a descriptor's memory, shared with the kernel, for as long as the result is reachable; closing the
 * descriptor does not end it. To write to a `read` mapping kills the process.
 */
export function mapMemory(
  fd: number,
  access: keyof typeof protection,
  offset: number,
  sizeBytes: number,
  on: string,
): ArrayBuffer {
  const address = libc.mmap(null, sizeBytes, protection[access], MAP_SHARED, fd, offset);
  if (BigInt.asIntN(64, address) === MAP_FAILED) throw new SystemCallError('mmap', on, errno());
  const memory = memoryAt(address, sizeBytes);
  unmapper.register(memory, { address, sizeBytes });
  return memory;
}
