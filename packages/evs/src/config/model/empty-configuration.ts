import { root } from '../language/keywords/root.ts';
import { readSection } from '../language/read-section.ts';
import { buildConfiguration } from './build-configuration.ts';
import type { Configuration } from './configuration.ts';
import { anyMachine } from './machine.ts';

const report = (): void => undefined;

/** What an empty file says: nothing but defaults. */
export function emptyConfiguration(): Configuration {
  return buildConfiguration(readSection(root, [], report), { report, machine: anyMachine });
}
