import { realpathSync, statSync, type Stats } from 'node:fs';
import path from 'node:path';

/** The part of a program's path that others than root may change; undefined if there is none. Follows links. */
export function changeablePart(program: string): string | undefined {
  return partsOf(realpathSync(program)).find((part) => isChangeable(statSync(part)));
}

/** `/`, `/a`, `/a/b`. */
const partsOf = (absolute: string): string[] => {
  const parent = path.dirname(absolute);
  return parent === absolute ? [absolute] : [...partsOf(parent), absolute];
};

const sticky = 0o1000;
const writableBy = { group: 0o020, others: 0o002 } as const;

/** In a sticky folder such as /tmp nobody can replace what root made. */
function isChangeable({ uid, gid, mode }: Stats): boolean {
  if (uid !== 0) return true;
  if ((mode & sticky) !== 0) return false;
  return (mode & writableBy.others) !== 0 || (gid !== 0 && (mode & writableBy.group) !== 0);
}

/** Where a program is: as it is written, or in PATH if it has no slash. Undefined if it is nowhere. */
export function findProgram(name: string, folders = process.env['PATH'] ?? ''): string | undefined {
  const places = name.includes('/')
    ? [name]
    : folders.split(':').map((folder) => path.join(folder, name));
  return places.find((place) => statSync(place, { throwIfNoEntry: false })?.isFile() === true);
}
