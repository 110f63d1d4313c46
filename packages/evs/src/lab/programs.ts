import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { commandLine } from './step.ts';

/** How to start our own programs, by name: `{ evsadm: ['/usr/bin/node', '/opt/evs/evsadm.cjs'] }`. */
export type Programs = Readonly<Record<string, readonly string[]>>;

/** Writes launchers for the programs into a folder, so that a shell finds them by their names. */
export function writeLaunchers(programs: Programs, directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const [name, argv] of Object.entries(programs)) {
    const file = path.join(directory, name);
    writeFileSync(file, `#!/bin/sh\nexec ${commandLine(argv)} "$@"\n`);
    chmodSync(file, 0o755);
  }
}

/**
 * The environment of the lab's commands; `launchers` is the folder of `writeLaunchers`. Nothing is inherited
 * that would lead them astray, such as a proxy or the folder of another director.
 */
export function labEnvironment(launchers: string): Record<string, string> {
  const { PATH = '', HOME = '/root', TERM = 'dumb' } = process.env;
  return {
    PATH: `${launchers}:${PATH}:/usr/local/sbin:/usr/sbin:/sbin`,
    HOME,
    TERM,
    LC_ALL: 'C.UTF-8',
  };
}
