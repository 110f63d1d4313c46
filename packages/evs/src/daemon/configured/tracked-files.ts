import { closeSync, constants, openSync, readSync, watch, watchFile, writeFileSync } from 'node:fs';
import { existsSync, unwatchFile, type FSWatcher } from 'node:fs';
import path from 'node:path';
import type { TrackedFile } from '../../config/index.ts';
import { numberIn } from './number-in.ts';

/** A number in a file: what it is, and who wants to know. */
interface Followed {
  readonly file: TrackedFile;
  value: number;
  readonly end: () => void;
  readonly listeners: Set<(value: number) => void>;
}

const pollMs = 1_000;
/** More is no number. */
const mostBytes = 64;

/** The numbers in the files of a configuration's track_file blocks, read anew whenever a file changes. */
export class TrackedFiles implements Disposable {
  readonly #followed = new Map<string, Followed>();

  /** Follows exactly these from now on. Whoever listens to one that stays goes on listening. */
  follow(files: readonly TrackedFile[]): void {
    const before = new Map(this.#followed);
    this.#followed.clear();
    for (const file of files) {
      const known = before.get(file.name);
      before.delete(file.name);
      if (known?.file.path === file.path) this.#followed.set(file.name, { ...known, file });
      else {
        known?.end();
        this.#begin(file, known?.listeners ?? new Set());
      }
    }
    for (const { end } of before.values()) end();
  }

  /** 0 if there is no such file. */
  value(name: string): number {
    return this.#followed.get(name)?.value ?? 0;
  }

  /** Calls back with each new value until it is disposed of. */
  listen(name: string, onValue: (value: number) => void): Disposable {
    const listeners = this.#followed.get(name)?.listeners;
    listeners?.add(onValue);
    return { [Symbol.dispose]: () => void listeners?.delete(onValue) };
  }

  #begin(file: TrackedFile, listeners: Set<(value: number) => void>): void {
    initialise(file);
    const end = onChange(file.path, () => {
      this.#refresh(file.name);
    });
    this.#followed.set(file.name, { file, value: 0, end, listeners });
    this.#refresh(file.name);
  }

  #refresh(name: string): void {
    const followed = this.#followed.get(name);
    if (followed === undefined) return;
    const value = numberIn(read(followed.file.path)) ?? followed.value;
    if (value === followed.value) return;
    followed.value = value;
    for (const listener of followed.listeners) listener(value);
  }

  [Symbol.dispose](): void {
    this.follow([]);
  }
}

function initialise({ path: file, initial }: TrackedFile): void {
  if (initial === undefined || (existsSync(file) && !initial.overwrite)) return;
  writeFileSync(file, `${initial.value}\n`, { mode: 0o644 });
}

/** Empty if it cannot be read. A pipe is not waited for. */
function read(file: string): string {
  const bytes = Buffer.alloc(mostBytes);
  try {
    const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return bytes.toString('latin1', 0, readSync(fd, bytes));
    } finally {
      closeSync(fd);
    }
  } catch {
    return '';
  }
}

/** By the folder, since files are replaced and removed; by looking again and again where there is none. */
function onChange(file: string, changed: () => void): () => void {
  try {
    const watcher: FSWatcher = watch(path.dirname(file), { persistent: false }, (_, name) => {
      if (name === null || name === path.basename(file)) changed();
    });
    watcher.on('error', () => undefined);
    return () => {
      watcher.close();
    };
  } catch {
    watchFile(file, { persistent: false, interval: pollMs }, changed);
    return () => {
      unwatchFile(file, changed);
    };
  }
}
