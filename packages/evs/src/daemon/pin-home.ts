import { spawnSync } from 'node:child_process';
import { openSync, readFileSync, readlinkSync } from 'node:fs';
import { isBpfFileSystem, mountBpfFileSystem } from '../linux/index.ts';
import { bpfFileSystem } from './runtime-files.ts';

/** A directory of a BPF file system, and whether it lives longer than this process. */
export interface PinHome {
  readonly directory: string;
  readonly lasting: boolean;
}

/**
 * Finds or mounts the BPF file system in which all directors of this machine pin their data planes.
 * `ip netns exec` and service managers start programs in a mount namespace of their own, and a file system
 * mounted there dies with the last process in it, so the one of the surrounding system is taken.
 * Throws E_NO_BPF_FS.
 */
export function findPinHome(): PinHome {
  if (isBpfFileSystem(bpfFileSystem)) return { directory: bpfFileSystem, lasting: true };
  const outside = processOutside();
  if (outside === undefined) {
    mountBpfFileSystem(bpfFileSystem);
    return { directory: bpfFileSystem, lasting: true };
  }
  const reached = reachThrough(outside);
  if (reached !== undefined) return { directory: reached, lasting: true };
  mountBpfFileSystem(bpfFileSystem);
  return { directory: bpfFileSystem, lasting: false };
}

/** The farthest ancestor in another mount namespace; undefined if we share theirs. */
function processOutside(): number | undefined {
  const ours = mountNamespace(process.pid);
  let found: number | undefined;
  for (let pid = process.ppid; pid > 0; pid = parentOf(pid)) {
    const theirs = mountNamespace(pid);
    if (theirs !== undefined && theirs !== ours) found = pid;
  }
  return found;
}

/** Undefined if it is not ours to see. */
function mountNamespace(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return undefined;
  }
}

/** 0 at the top, or if the process has gone. */
function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Mounts in the mount namespace of another process; the path leads there for as long as we live. */
function reachThrough(pid: number): string | undefined {
  const there = `/proc/${pid}/root${bpfFileSystem}`;
  if (!isBpfFileSystem(there)) {
    const mount = `mkdir -p -m 700 ${bpfFileSystem} && mount -t bpf -o mode=0700 bpf ${bpfFileSystem}`;
    spawnSync('nsenter', ['--target', `${pid}`, '--mount', 'sh', '-c', mount], { stdio: 'ignore' });
  }
  // Not by the process id, which ends sooner or later: an open descriptor keeps the way.
  return isBpfFileSystem(there) ? `/proc/self/fd/${openSync(there, 'r')}` : undefined;
}
