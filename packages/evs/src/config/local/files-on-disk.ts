import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import type { ConfigurationFiles, FileProblem } from '../text/files.ts';
import { limits } from '../text/limits.ts';

/** Configurations on this machine's disk. keepalived reads regular files that cannot be executed. */
export const filesOnDisk: ConfigurationFiles = {
  read: (path) => {
    const problem = problemOf(path);
    if (problem !== undefined) return { problem };
    try {
      return { text: readFileSync(path, 'utf8') };
    } catch {
      return { problem: 'unreadable' };
    }
  },
  list: (directory) => {
    try {
      return readdirSync(directory).toSorted();
    } catch {
      return [];
    }
  },
};

function problemOf(path: string): FileProblem | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 'missing';
  if (!found.isFile()) return 'irregular';
  if ((found.mode & 0o111) !== 0) return 'executable';
  if (found.size > limits.fileBytes) return 'too large';
  try {
    accessSync(path, constants.R_OK);
    return undefined;
  } catch {
    return 'unreadable';
  }
}
