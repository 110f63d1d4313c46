import { closeSync, readdirSync, readFileSync } from 'node:fs';
import { openPinned } from '../../packages/evs/src/linux/index.ts';

/** Bytes that the kernel holds for every map pinned in a directory or below it, as /proc/…/fdinfo tells. */
export const pinnedMapBytes = (directory: string): number =>
  readdirSync(directory, { withFileTypes: true }).reduce((total, entry) => {
    const path = `${directory}/${entry.name}`;
    return total + (entry.isDirectory() ? pinnedMapBytes(path) : bytesOfPin(path));
  }, 0);

function bytesOfPin(pin: string): number {
  const fd = openPinned(pin);
  const bytes = mapBytes(fd);
  closeSync(fd);
  return bytes;
}

/** Bytes that the kernel holds for a map, by its descriptor. */
export function mapBytes(fd: number): number {
  const info = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
  return Number(/^memlock:\s*(\d+)/m.exec(info)?.[1] ?? 0);
}
