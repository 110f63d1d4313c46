import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { threadId } from 'node:worker_threads';
import type { DirectorMaps } from '../maps.ts';
import type { Features } from '../program/assembly.ts';
import type { ProgramPlace } from './assemble-program.ts';
import { decodeProgramFile, encodeProgramFile, type LoadableProgram } from './program-file.ts';

export interface ProgramCacheOptions {
  /** Made if it is not there; nobody else may write to it, since what it holds is loaded into the kernel. */
  readonly directory: string;
  /** Programs that came with the build: likely ones, so that nobody waits for them. Only read. */
  readonly shipped?: string;
  /** Which sources the programs are assembled by: another build's are never used. */
  readonly build: string;
}

/** Of about 20 kB each; a director has two to four at a time, and dozens for what may come next. */
const mostFiles = 256;

/**
 * Assembled programs in files, shared by all daemons of a machine: assembling takes a hundred times as long as
 * reading. A file that is broken counts as absent, and one that cannot be written is done without.
 */
export class ProgramCache {
  readonly #options: ProgramCacheOptions;
  readonly #maps: DirectorMaps;

  constructor(maps: DirectorMaps, options: ProgramCacheOptions) {
    this.#maps = maps;
    this.#options = options;
  }

  /** The program for a place; undefined if it is not there. */
  read(features: Features, place: ProgramPlace): LoadableProgram | undefined {
    const key = this.#keyOf(features, place);
    return this.#readOwn(key) ?? this.#readShipped(key);
  }

  /** Whether there is a file for a place. It may be broken. */
  has(features: Features, place: ProgramPlace): boolean {
    const key = this.#keyOf(features, place);
    const shipped = this.#shippedFileOf(key);
    return existsSync(this.#fileOf(key)) || (shipped !== undefined && existsSync(shipped));
  }

  #readOwn(key: string): LoadableProgram | undefined {
    const file = this.#fileOf(key);
    return unlessImpossible(() => {
      if (!isPrivate(this.#options.directory)) return undefined;
      const found = this.#decode(key, file);
      if (found !== undefined) unlessImpossible(() => markUsed(file));
      return found;
    });
  }

  #readShipped(key: string): LoadableProgram | undefined {
    const file = this.#shippedFileOf(key);
    return file === undefined ? undefined : unlessImpossible(() => this.#decode(key, file));
  }

  #decode(key: string, file: string): LoadableProgram | undefined {
    return decodeProgramFile(key, readFileSync(file), Object.values(this.#maps));
  }

  write(features: Features, place: ProgramPlace, program: LoadableProgram): void {
    const { directory } = this.#options;
    const key = this.#keyOf(features, place);
    unlessImpossible(() => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      if (!isPrivate(directory)) return;
      replaceFile(this.#fileOf(key), encodeProgramFile(key, program));
      removeOldest(directory);
    });
  }

  #fileOf(key: string): string {
    return path.join(this.#options.directory, `${key}.program`);
  }

  #shippedFileOf(key: string): string | undefined {
    const { shipped } = this.#options;
    return shipped === undefined ? undefined : path.join(shipped, `${key}.program`);
  }

  /** Programs know their tables by name, not how many entries those have. */
  #keyOf(features: Features, place: ProgramPlace): string {
    const identity = [this.#options.build, place, features];
    return createHash('sha256').update(JSON.stringify(identity)).digest('hex');
  }
}

/** Whatever keeps a file from being read or written, a program can be assembled without it. */
function unlessImpossible<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch {
    return undefined;
  }
}

/** Whoever reads the file meanwhile sees the old bytes or the new ones. */
function replaceFile(file: string, bytes: Uint8Array): void {
  const next = `${file}.${process.pid}-${threadId}`;
  try {
    writeFileSync(next, bytes, { mode: 0o600 });
    renameSync(next, file);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
}

/** A folder of ours that nobody else may write to. */
function isPrivate(directory: string): boolean {
  const found = lstatSync(directory, { throwIfNoEntry: false });
  return (
    found?.isDirectory() === true && found.uid === process.getuid?.() && (found.mode & 0o022) === 0
  );
}

function markUsed(file: string): void {
  const now = new Date();
  utimesSync(file, now, now);
}

/** Leaves the files that were used last. Files that a killed daemon did not finish age like all others. */
function removeOldest(directory: string): void {
  const names = readdirSync(directory);
  if (names.length <= mostFiles) return;
  const usedAt = (name: string): number =>
    statSync(path.join(directory, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const ages = names.map((name) => [usedAt(name), name] as const);
  const oldest = ages.toSorted(([a], [b]) => a - b).slice(0, names.length - mostFiles);
  for (const [, name] of oldest) rmSync(path.join(directory, name), { force: true });
}
