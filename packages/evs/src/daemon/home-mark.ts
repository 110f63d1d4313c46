import { deviceMap } from '@evs/ebpf';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { createMap, openPinnedMap } from '../linux/index.ts';

/** The loopback device has this number in every network namespace. */
const loopbackIfindex = 1;
const mark = deviceMap({ name: 'evs_home', capacity: 1 });
const pinOf = (directory: string): string => path.join(directory, 'home');

/**
 * Notes in a directory of pins that they belong to this network namespace: by a table of devices that holds its
 * loopback device. No packet ever meets it, but the kernel takes a device out of such tables when it ends
 * (`dev_map_notification` in kernel/bpf/devmap.c), and the loopback device ends with its namespace.
 */
export function markHome(directory: string): void {
  mkdirSync(directory, { recursive: true });
  if (existsSync(pinOf(directory))) return;
  using map = createMap(mark);
  map.set({ index: 0 }, { index: loopbackIfindex });
  map.pin(pinOf(directory));
}

/** Whether the network namespace that a directory of pins belonged to is gone. False if it bears no mark. */
export function isHomeGone(directory: string): boolean {
  if (!existsSync(pinOf(directory))) return false;
  using map = openPinnedMap(pinOf(directory), mark);
  return map.get({ index: 0 }) === undefined;
}
