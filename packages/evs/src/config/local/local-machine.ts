import { accessSync, constants, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Machine } from '../model/machine.ts';

/** The machine and network namespace that this program runs on. */
export function localMachine(): Machine {
  const devices = namesIn('/proc/self/net/dev', /^\s*([^\s:]+(?::\d+)?):/gm);
  const users = namesIn('/etc/passwd', /^([^:\n]+):/gm);
  const groups = namesIn('/etc/group', /^([^:\n]+):/gm);
  return {
    hasDevice: (name) => devices.has(name),
    hasUser: (name) => users.has(name),
    hasGroup: (name) => groups.has(name),
    hasProgram,
  };
}

function namesIn(file: string, form: RegExp): ReadonlySet<string> {
  try {
    return new Set([...readFileSync(file, 'utf8').matchAll(form)].map(([, name = '']) => name));
  } catch {
    return new Set();
  }
}

function hasProgram(name: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(':').filter(Boolean);
  const places = name.includes('/') ? [name] : folders.map((folder) => path.join(folder, name));
  return places.some((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
