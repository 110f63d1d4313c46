import { statSync } from 'node:fs';
import path from 'node:path';

/** Where the directories of all directors of this machine are. */
export const runHome = '/run/evs';

/** Where the BPF file system of all directors of this machine is mounted. */
export const bpfFileSystem = `${runHome}/bpf`;

/** Where all directors of this machine keep assembled programs, if nothing else is said. */
export const programCacheDirectory = `${runHome}/programs`;

/** The files of one director. */
export interface RuntimeFiles {
  readonly directory: string;
  readonly socket: string;
  /** Process id of the daemon, which holds a lock on it. */
  readonly pid: string;
  readonly state: string;
  readonly log: string;
  /** System settings as they were before we changed them. */
  readonly previousSysctls: string;
}

/** Files in `directory`, or in the directory of the network namespace with this inode. */
export function runtimeFiles(namespaceInode: number, directory?: string): RuntimeFiles {
  const root = path.resolve(directory ?? path.join(runHome, `netns-${namespaceInode}`));
  const file = (name: string): string => path.join(root, name);
  return {
    directory: root,
    socket: file('evsd.sock'),
    pid: file('evsd.pid'),
    state: file('state.json'),
    log: file('evsd.log'),
    previousSysctls: file('sysctls.json'),
  };
}

/** Where the data plane of a network namespace is pinned, inside a BPF file system. */
export const pinDirectory = (fileSystem: string, namespaceInode: number): string =>
  path.join(fileSystem, `netns-${namespaceInode}`);

/** Files of the director of the network namespace that this process is in. */
export const currentRuntimeFiles = (directory?: string): RuntimeFiles =>
  runtimeFiles(statSync('/proc/self/ns/net').ino, directory);
