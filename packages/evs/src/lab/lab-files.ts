import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { EvsError } from '../errors/index.ts';
import { namespaceOf } from './network.ts';

/** Where the programs of this product keep what they need while they run. */
export const runtimeDirectory = '/run/evs';
/** Where every director of this machine pins its data plane. */
export const bpfFileSystem = `${runtimeDirectory}/bpf`;
/** Where every lab of this machine has its folder. */
const labsDirectory = `${runtimeDirectory}/lab`;

/** What is written down about a lab, so that another process can enter it or clear it away. */
export interface LabRecord {
  readonly name: string;
  /** The process that built it. */
  readonly pid: number;
  /** Left standing on purpose. */
  readonly kept: boolean;
  /** Kernel modules that were loaded for it. */
  readonly modules: readonly string[];
}

export const labDirectory = (name: string): string => path.join(labsDirectory, name);
/** Where a lab keeps launchers for our programs. */
export const launcherDirectory = (name: string): string => path.join(labDirectory(name), 'bin');
const recordFile = (name: string): string => path.join(labDirectory(name), 'lab.json');

/**
 * Claims a name for a new lab by making its folder, which only one process can do: the wanted name, or
 * else `evs`, `evs2`, `evs3` …, the first that is free. Throws E_LAB if the wanted one is taken.
 */
export function claimName(wanted: string | undefined): string {
  if (wanted !== undefined) return claimWanted(wanted);
  for (let number = 1; ; number++) {
    const name = number === 1 ? 'evs' : `evs${number}`;
    if (tryClaim(name)) return name;
  }
}

function claimWanted(name: string): string {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) {
    throw new EvsError('E_LAB', `Cannot name a lab ${JSON.stringify(name)}`, {
      hint: 'Use up to 31 small letters, digits and dashes, a letter first',
    });
  }
  if (tryClaim(name)) return name;
  throw new EvsError('E_LAB', `Cannot build lab ${name}: there is one of that name`, {
    hint: `Remove it with: evs lab down ${name}`,
  });
}

/** A namespace without a folder of ours is somebody else's: the name is taken too. */
function tryClaim(name: string): boolean {
  if (existsSync(`/run/netns/${namespaceOf(name, 'switch')}`)) return false;
  mkdirSync(labsDirectory, { recursive: true });
  try {
    mkdirSync(labDirectory(name));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

export const writeRecord = (record: LabRecord): void =>
  writeFileSync(recordFile(record.name), `${JSON.stringify(record)}\n`);

/** Changes what is written down about a lab. */
export const updateRecord = (name: string, change: (record: LabRecord) => LabRecord): void => {
  for (const record of readRecord(name)) writeRecord(change(record));
};

/** The labs of this machine, by name. A folder without a readable record belongs to a lab being built. */
export function readRecords(): LabRecord[] {
  if (!existsSync(labsDirectory)) return [];
  return readdirSync(labsDirectory).toSorted().flatMap(readRecord);
}

/** One record, or none. */
export function readRecord(name: string): LabRecord[] {
  try {
    return [JSON.parse(readFileSync(recordFile(name), 'utf8')) as LabRecord];
  } catch {
    return [];
  }
}

/** Whether nobody works in a lab any more: kept, or its process is gone. */
export function isIdle(record: LabRecord): boolean {
  return record.kept || !existsSync(`/proc/${record.pid}`);
}

/** Removes a lab's folder, and the folders above it that are empty then. */
export function removeFiles(name: string): void {
  rmSync(labDirectory(name), { recursive: true, force: true });
  try {
    rmdirSync(labsDirectory);
    rmdirSync(runtimeDirectory);
  } catch {
    // not empty: others use it
  }
}

/** Whether no lab but this one has a folder. */
export const isOnlyLab = (name: string): boolean =>
  readdirSync(labsDirectory).every((other) => other === name);
