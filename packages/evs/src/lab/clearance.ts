import { existsSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { execute, type ExecuteOptions } from './execute.ts';
import {
  bpfFileSystem,
  isOnlyLab,
  readRecord,
  removeFiles,
  runtimeDirectory,
} from './lab-files.ts';
import { namespaceOf } from './network.ts';
import { hostNames, type HostName } from './topology.ts';

/**
 * Removes whatever is left of a lab: the processes in its namespaces, what our programs keep per
 * namespace, the namespaces with their devices, and its files. Parts that are gone already do not matter.
 */
export async function clearLab(name: string, options: ExecuteOptions): Promise<void> {
  const left = hostNames.filter((host) => existsSync(namespaceFile(name, host)));
  await endProcesses(name, left, options);
  for (const host of left) {
    removeRuntimeFiles(name, host);
    await execute(['ip', 'netns', 'del', namespaceOf(name, host)], options);
  }
  if (isOnlyLab(name)) {
    await unloadModules(name, options);
    await unmountIfEmpty(options);
  }
  removeFiles(name);
}

/** Where `ip netns` keeps a namespace. */
export const namespaceFile = (lab: string, host: HostName): string =>
  `/run/netns/${namespaceOf(lab, host)}`;

/** Asks every process in the namespaces to end, waits up to 3 s, and then makes it. */
async function endProcesses(
  name: string,
  hosts: readonly HostName[],
  options: ExecuteOptions,
): Promise<void> {
  let pids = await processesOf(name, hosts, options);
  for (const pid of pids) kill(pid, 'SIGTERM');
  for (let waitedMs = 0; pids.length > 0 && waitedMs < 3000; waitedMs += 50) {
    await sleep(50);
    pids = pids.filter((pid) => existsSync(`/proc/${pid}`));
  }
  for (const pid of pids) kill(pid, 'SIGKILL');
}

async function processesOf(
  name: string,
  hosts: readonly HostName[],
  options: ExecuteOptions,
): Promise<number[]> {
  const listings = await Promise.all(
    hosts.map((host) => execute(['ip', 'netns', 'pids', namespaceOf(name, host)], options)),
  );
  return listings.flatMap(({ stdout }) => stdout.split('\n').filter(Boolean).map(Number));
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended by itself
  }
}

/** A daemon that was killed leaves its folder and its pins; both are named after the namespace. */
function removeRuntimeFiles(name: string, host: HostName): void {
  const folder = `netns-${statSync(namespaceFile(name, host)).ino}`;
  rmSync(`${bpfFileSystem}/${folder}`, { recursive: true, force: true });
  rmSync(`${runtimeDirectory}/${folder}`, { recursive: true, force: true });
}

/** A module takes its devices along, those of other labs too: only the last one unloads. */
async function unloadModules(name: string, options: ExecuteOptions): Promise<void> {
  for (const module of readRecord(name).flatMap(({ modules }) => modules)) {
    await execute(['modprobe', '-r', module], options);
  }
}

/** The kernel puts `maps.debug` and `progs.debug` into every BPF file system. */
const isPin = (name: string): boolean => !name.endsWith('.debug');

/** The BPF file system stays mounted as long as any director pins something in it. */
async function unmountIfEmpty(options: ExecuteOptions): Promise<void> {
  if (!existsSync(bpfFileSystem) || readdirSync(bpfFileSystem).some(isPin)) return;
  await execute(['umount', bpfFileSystem], options);
  try {
    rmdirSync(bpfFileSystem);
  } catch {
    // it was mounted elsewhere too, or somebody was faster
  }
}
