import type { Report } from './diagnostic.ts';
import { readLines, type ReadOptions } from './read-lines.ts';
import { treeOf, type Statement } from './tree.ts';

/** What a file says before any keyword is known, and the lines of all files for those who show them. */
export interface SourceTree {
  readonly statements: readonly Statement[];
  readonly sources: ReadonlyMap<string, readonly string[]>;
}

/** Reads a configuration's text: files, lines, blocks. */
export function readTree(path: string, options: ReadOptions, report: Report): SourceTree {
  const { lines, sources } = readLines(path, options, report);
  return { statements: treeOf(lines, report), sources };
}
