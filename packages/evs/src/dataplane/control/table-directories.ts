import { existsSync, renameSync, rmSync } from 'node:fs';
import { pinnedMapInfo } from '../../linux/index.ts';
import { bucketCount, maglevStride } from '../layouts.ts';
import type { Capacities } from '../maps.ts';

/** Directories of the growing tables, within that of a director's pins. */
export const tableDirectory = {
  present: 'tables',
  /** Being filled: of no use yet. */
  next: 'tables_next',
  /** Filled, and programs may use them; those in `present` may still be used by others. */
  grown: 'tables_grown',
  /** Not used any more. */
  old: 'tables_old',
} as const;

/** The real servers of `present` as they were copied to `grown`; pinned there. */
export const snapshotPin = (directory: string): string =>
  `${directory}/${tableDirectory.grown}/snapshot`;

/**
 * Tidies up after a process that died while its tables grew. True if programs of both generations may be in use:
 * then `grown` is the one to go on with, and `present` may still count.
 */
export function tidyTables(directory: string): boolean {
  const at = (name: keyof typeof tableDirectory): string => `${directory}/${tableDirectory[name]}`;
  rmSync(at('next'), { recursive: true, force: true });
  if (existsSync(at('grown')) && existsSync(at('present'))) return true;
  if (existsSync(at('grown'))) {
    rmSync(snapshotPin(directory), { force: true });
    renameSync(at('grown'), at('present'));
  }
  rmSync(at('old'), { recursive: true, force: true });
  return false;
}

/** Grown tables become the present ones; every step can be the last of a process. */
export function retirePresentTables(directory: string): void {
  renameSync(`${directory}/${tableDirectory.present}`, `${directory}/${tableDirectory.old}`);
  tidyTables(directory);
}

/** Capacities of the growing tables in a directory, as far as they are there. */
export function pinnedCapacities(directory: string): Partial<Capacities> {
  const entries = (name: string): number | undefined => {
    const pin = `${directory}/${name}`;
    return existsSync(pin) ? pinnedMapInfo(pin).capacity : undefined;
  };
  const [services, realServers] = [entries('services'), entries('real_servers')];
  const buckets = entries('buckets') ?? scaled(entries('maglev'), 1 / maglevStride);
  return {
    ...(services !== undefined && { services }),
    ...(realServers !== undefined && { realServers }),
    ...(buckets !== undefined && { hashTables: buckets / (2 * bucketCount) }),
  };
}

const scaled = (count: number | undefined, factor: number): number | undefined =>
  count === undefined ? undefined : count * factor;
