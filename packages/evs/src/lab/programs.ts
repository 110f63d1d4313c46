import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { commandLine } from './step.ts';

/** How to start our own programs, by name: `{ evsadm: ['/usr/bin/node', '/opt/evs/evsadm.js'] }`. */
export type Programs = Readonly<Record<string, readonly string[]>>;

/**
 * Writes launchers for the programs into a folder and returns the environment in which their names are
 * found. Nothing of ours is inherited that would lead astray: a proxy, or another director's socket.
 */
export function programEnvironment(programs: Programs, directory: string): Record<string, string> {
  mkdirSync(directory, { recursive: true });
  for (const [name, argv] of Object.entries(programs)) {
    const file = path.join(directory, name);
    writeFileSync(file, `#!/bin/sh\nexec ${commandLine(argv)} "$@"\n`);
    chmodSync(file, 0o755);
  }
  const { PATH = '', HOME = '/root', TERM = 'dumb' } = process.env;
  return {
    PATH: `${directory}:${PATH}:/usr/local/sbin:/usr/sbin:/sbin`,
    HOME,
    TERM,
    LC_ALL: 'C.UTF-8',
  };
}
