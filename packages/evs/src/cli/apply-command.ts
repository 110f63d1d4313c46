import { Command } from 'commander';
import path from 'node:path';
import { connectDirector, socketPath } from '../api/index.ts';
import { findDirector } from './find-director.ts';
import type { Launcher } from './launch-daemon.ts';

interface Options {
  readonly json?: true;
}

/** `evs plan FILE`: what it would take to follow a configuration, before anything is done. */
export const planCommand = (): Command =>
  new Command('plan')
    .description('tells what `evs apply` would change of what runs, and changes nothing')
    .argument('<file>', "a configuration in keepalived's language")
    .option('--json', 'prints the steps as JSON')
    .action(async (file: string, { json }: Options) => {
      const steps = await connectDirector(socketPath()).plan(path.resolve(file));
      process.stdout.write(json === true ? asJson(steps) : asText(steps));
    });

/** `evs apply FILE`: the director follows the file from now on, all of it or nothing. */
export const applyCommand = (launcher: Launcher): Command =>
  new Command('apply')
    .description('has the director follow a configuration; what does not change is not touched')
    .argument('<file>', "a configuration in keepalived's language")
    .option('--json', 'prints what was done as JSON')
    .action(async (file: string, { json }: Options) => {
      const director = await findDirector(socketPath(), launcher);
      const steps = await director.apply(path.resolve(file));
      process.stdout.write(json === true ? asJson(steps) : asText(steps));
    });

const asJson = (steps: readonly string[]): string => `${JSON.stringify({ steps }, undefined, 2)}\n`;

const asText = (steps: readonly string[]): string =>
  steps.length === 0 ? 'Nothing changes\n' : steps.map((step) => `${step}\n`).join('');
