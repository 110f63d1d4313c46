import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  initialSettings,
  ownSettings,
  settingNames,
  type DirectorSettings,
} from '../../director/index.ts';
import { parseSettings } from '../settings-command.ts';

const file = (name: string): string => `/proc/sys/net/ipv4/vs/${name}`;
/** ip_vs derives it from the memory: what it is there means nothing here. */
const ofMachine = 'sync_qlen_max';
const moved = settingNames.filter((name) => name !== ofMachine && !ownSettings.includes(name));

/**
 * The sysctls `net.ipv4.vs.*` of the thread's network namespace, those that this kernel has: some come with
 * the module of a scheduler.
 */
export const readKernelSettings = (): Partial<DirectorSettings> =>
  parseSettings(
    moved.filter((name) => existsSync(file(name))).map((name) => `${name}=${read(name)}`),
  ).changes;

/** Makes the sysctls equal to settings, as far as this kernel has them. */
export function writeKernelSettings(settings: DirectorSettings): void {
  for (const name of moved.filter((one) => existsSync(file(one)))) {
    writeFileSync(file(name), [settings[name]].flat().join(' '));
  }
}

/** What differs from the defaults, as sysctl(8) takes it. */
export const changedSettings = (settings: DirectorSettings): string[] =>
  moved
    .filter((name) => String(settings[name]) !== String(initialSettings[name]))
    .map((name) => `net.ipv4.vs.${name}="${[settings[name]].flat().join(' ')}"`);

const read = (name: string): string => readFileSync(file(name), 'utf8').trim().replace(/\s+/g, ' ');
