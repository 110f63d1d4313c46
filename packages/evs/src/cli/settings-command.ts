import { Command } from 'commander';
import { socketPath, type DirectorClient } from '../api/index.ts';
import { settingNames, type DirectorSettings, type SettingName } from '../director/index.ts';
import { EvsError } from '../errors/index.ts';
import { findDirector } from './find-director.ts';
import type { Launcher } from './launch-daemon.ts';

/** What `evs settings` was asked for. */
export interface SettingsRequest {
  /** Settings to print; none stands for all. */
  readonly names: readonly SettingName[];
  readonly changes: Partial<DirectorSettings>;
}

/** `evs settings`: what sysctl(8) is to ip_vs. */
export const settingsCommand = (launcher: Launcher): Command =>
  new Command('settings')
    .description('prints or changes settings of the director, named as the sysctls net.ipv4.vs.*')
    .argument('[NAME[=VALUE]...]', 'those to print or change; without any, all are printed')
    .option('--json', 'print an object of names and values')
    .action(async (words: readonly string[], { json }: { readonly json?: true }) => {
      const request = parseSettings(words);
      const director = await findDirector(socketPath(), launcher);
      process.stdout.write(await carryOut(director, request, json === true));
    });

/** Changes what is to be changed, and returns the text to print. */
export async function carryOut(
  director: Pick<DirectorClient, 'settings' | 'changeSettings'>,
  { names, changes }: SettingsRequest,
  json: boolean,
): Promise<string> {
  const settings =
    Object.keys(changes).length === 0
      ? await director.settings()
      : await director.changeSettings(changes);
  const wanted = names.length === 0 ? settingNames : names;
  if (json) {
    const chosen = Object.fromEntries(wanted.map((name) => [name, settings[name]]));
    return `${JSON.stringify(chosen, undefined, 2)}\n`;
  }
  return wanted.map((name) => `${name} = ${valueText(settings[name])}\n`).join('');
}

const valueText = (value: DirectorSettings[SettingName]): string =>
  typeof value === 'number' ? String(value) : value.join(' ');

/** `NAME` or `NAME=VALUE`, also with sysctl's prefix `net.ipv4.vs.`. Throws E_INVALID. */
export function parseSettings(words: readonly string[]): SettingsRequest {
  const pairs = words.map((word) => {
    const [name = '', ...value] = word.replace(/^net\.ipv4\.vs\./, '').split('=');
    return { name: known(name), value: value.length === 0 ? undefined : value.join('=') };
  });
  const changes = pairs.flatMap(({ name, value }) =>
    value === undefined ? [] : [[name, parseValue(name, value)] as const],
  );
  return { names: pairs.map(({ name }) => name), changes: Object.fromEntries(changes) };
}

function known(name: string): SettingName {
  const found = settingNames.find((candidate) => candidate === name);
  if (found !== undefined) return found;
  throw new EvsError('E_INVALID', `There is no setting ${JSON.stringify(name)}`, {
    hint: 'evs settings lists them',
  });
}

/** Whole numbers, as many as the setting has; the director checks their bounds. */
function parseValue(name: SettingName, text: string): number | number[] {
  const numbers = text.trim().split(/\s+/);
  const count = name === 'sync_threshold' ? 2 : 1;
  if (numbers.length !== count || !numbers.every((number) => /^-?\d{1,10}$/.test(number))) {
    throw new EvsError(
      'E_INVALID',
      `Cannot set ${name} to ${JSON.stringify(text)}: it takes ${count === 1 ? 'a whole number' : 'two whole numbers'}`,
    );
  }
  return count === 1 ? Number(numbers[0]) : numbers.map(Number);
}
