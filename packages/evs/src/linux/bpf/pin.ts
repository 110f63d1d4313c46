import { existsSync, readdirSync, rmSync } from 'node:fs';
import { Attributes, bpf, cString } from './command.ts';

/**
 * Gives a map, program or link a name in a BPF file system, where it outlives this process. The last part of the
 * path must have no dot in it: the kernel reserves those (EPERM).
 */
export function pinObject(fd: number, path: string): void {
  const attributes = new Attributes(24).pointer(0, cString(path)).u32(8, fd); // pathname, bpf_fd
  bpf('OBJ_PIN', attributes, path, { attempt: 'pin' });
}

/** File descriptor of a pinned object; the caller closes it. */
export function openPinned(path: string): number {
  return bpf('OBJ_GET', new Attributes(24).pointer(0, cString(path)), path, {
    attempt: 'open the pinned object',
  });
}

export const pinExists = (path: string): boolean => existsSync(path);

/** Takes the name away; the object lives on while something else holds it. Quiet if there is none. */
export const unpin = (path: string): void => rmSync(path, { force: true });

/**
 * Names of what is pinned in a directory; empty if there is no such directory. Names with a dot are the kernel's:
 * a new file system may come with `maps.debug` and `progs.debug`.
 */
export const listPins = (directory: string): string[] =>
  existsSync(directory)
    ? readdirSync(directory)
        .filter((name) => !name.includes('.'))
        .toSorted()
    : [];
