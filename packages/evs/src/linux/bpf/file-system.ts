import { mkdirSync, statfsSync } from 'node:fs';
import { EvsError } from '../../errors/index.ts';
import { libc } from '../libc.ts';
import { checked } from '../system-call.ts';

/** BPF_FS_MAGIC of include/uapi/linux/magic.h. */
const bpfFileSystemMagic = 0xcafe4a11;

/** Whether a path lies in a BPF file system, where maps, programs and links can be pinned. */
export function isBpfFileSystem(path: string): boolean {
  try {
    return Number(statfsSync(path, { bigint: true }).type & 0xffff_ffffn) === bpfFileSystemMagic;
  } catch {
    return false;
  }
}

/** Makes sure that a BPF file system is mounted at a path, which is created. Throws E_NO_BPF_FS. */
export function mountBpfFileSystem(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (isBpfFileSystem(path)) return;
    checked(libc.mount('bpf', path, 'bpf', 0, 'mode=0700'), 'mount', path);
  } catch (error) {
    throw new EvsError('E_NO_BPF_FS', `Cannot mount a BPF file system at ${path}`, {
      cause: error,
      hint: `Mount one by hand: mount -t bpf bpf ${path}`,
    });
  }
}
