import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EvsError } from '../errors/index.ts';
import { failureOf } from './failure.ts';
import { decodeSavedState, encodeSavedState, type SavedState } from './saved-state.ts';

/**
 * The file that survives the daemon. A write replaces it whole: whoever is killed at any moment leaves
 * either the old text or the new one behind.
 */
export class StateFile {
  readonly path: string;

  constructor(file: string) {
    this.path = file;
  }

  /** Undefined if there is none. Throws E_STATE_FILE if there is one that nobody can read. */
  read(): SavedState | undefined {
    const text = this.#text();
    return text === undefined ? undefined : decodeSavedState(text, this.path);
  }

  /** Throws E_STATE_FILE; the old text is then still there. */
  write(saved: SavedState): void {
    const next = `${this.path}.new`;
    try {
      writeDurably(next, encodeSavedState(saved));
      renameSync(next, this.path);
      syncDirectory(path.dirname(this.path));
    } catch (error) {
      throw new EvsError('E_STATE_FILE', `Cannot write ${this.path}: ${failureOf(error).message}`, {
        cause: error,
        hint: 'Nothing was changed. Is the disk full or the directory gone?',
      });
    }
  }

  /** Moves the file out of the way and returns its new name. */
  setAside(): string | undefined {
    if (this.#text() === undefined) return undefined;
    const aside = `${this.path}.discarded`;
    renameSync(this.path, aside);
    return aside;
  }

  #text(): string | undefined {
    try {
      return readFileSync(this.path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw new EvsError('E_STATE_FILE', `Cannot read ${this.path}: ${failureOf(error).message}`, {
        cause: error,
      });
    }
  }
}

function writeDurably(file: string, text: string): void {
  const fd = openSync(file, 'w', 0o600);
  try {
    writeFileSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** A rename is durable only when its directory is. */
function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
