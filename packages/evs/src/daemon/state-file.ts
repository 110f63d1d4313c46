import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { DirectorState } from '../director/index.ts';
import { EvsError } from '../errors/index.ts';
import { failureOf } from './failure.ts';
import {
  decodeStateFile,
  encodeSavedChange,
  encodeSavedState,
  type SavedState,
} from './saved-state.ts';

/** Below this it is not worth the while to write a file anew. */
const fewBytes = 1 << 20;

/**
 * The file that survives the daemon: a line with a whole state, and one for each change that came after. Whoever is
 * killed at any moment leaves the state before a change or the one after it behind.
 */
export class StateFile {
  readonly path: string;
  /** Open where the next change is to be written; undefined if that is not known to be a good place. */
  #end: number | undefined;
  #stateBytes = 0;
  #changeBytes = 0;

  constructor(file: string) {
    this.path = file;
  }

  /** Undefined if there is none. Throws E_STATE_FILE if there is one that nobody can read. */
  read(): SavedState | undefined {
    const text = this.#text();
    if (text === undefined) return undefined;
    const { owner, state, whole } = decodeStateFile(text, this.path);
    this.#close();
    if (whole) this.#end = openSync(this.path, 'a');
    this.#stateBytes = text.indexOf('\n');
    this.#changeBytes = text.length - this.#stateBytes;
    return { owner, state };
  }

  /** Replaces the file. Throws E_STATE_FILE; the old text is then still there. */
  write(saved: SavedState): void {
    const next = `${this.path}.new`;
    this.#attempt(() => {
      const text = encodeSavedState(saved);
      const end = openSync(next, 'w', 0o600);
      this.#close();
      this.#end = end;
      writeFileSync(end, text);
      fsyncSync(end);
      renameSync(next, this.path);
      syncDirectory(path.dirname(this.path));
      this.#stateBytes = text.length;
      this.#changeBytes = 0;
    });
  }

  /** Adds what differs from the state before, which the file holds. Throws E_STATE_FILE. */
  append(before: DirectorState, saved: SavedState): void {
    const end = this.#end;
    if (end === undefined) return this.write(saved);
    this.#attempt(() => {
      const text = encodeSavedChange(before, saved.state);
      writeFileSync(end, text);
      fdatasyncSync(end);
      this.#changeBytes += text.length;
    });
  }

  /** There is so much of changes in the file that a whole state would be shorter. */
  get isLong(): boolean {
    return this.#changeBytes > Math.max(fewBytes, this.#stateBytes);
  }

  /** What is half written is never written behind. */
  #attempt(body: () => void): void {
    try {
      body();
    } catch (error) {
      this.#close();
      throw new EvsError('E_STATE_FILE', `Cannot write ${this.path}: ${failureOf(error).message}`, {
        cause: error,
        hint: 'Nothing was changed. Is the disk full or the directory gone?',
      });
    }
  }

  #close(): void {
    if (this.#end !== undefined) closeSync(this.#end);
    this.#end = undefined;
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
