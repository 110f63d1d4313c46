import { closeSync, readFileSync } from 'node:fs';
import { listPins, openPinned } from '../../packages/evs/src/linux/index.ts';

/** Bytes that the kernel holds for every map pinned in a directory, as /proc/…/fdinfo tells. */
export function pinnedMapBytes(directory: string): number {
  return listPins(directory).reduce((total, name) => {
    const fd = openPinned(`${directory}/${name}`);
    const info = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
    closeSync(fd);
    return total + Number(/^memlock:\s*(\d+)/m.exec(info)?.[1] ?? 0);
  }, 0);
}
