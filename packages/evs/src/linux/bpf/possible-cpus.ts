import { readFileSync } from 'node:fs';

let count: number | undefined;

/** How many values a per-CPU map has for each key: one for every CPU that might ever be plugged in. */
export function possibleCpuCount(): number {
  count ??= countCpus(readFileSync('/sys/devices/system/cpu/possible', 'utf8').trim());
  return count;
}

/** CPUs in a list such as `0-3,8`. */
export function countCpus(list: string): number {
  const sizes = list.split(',').map((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return last - first + 1;
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}
