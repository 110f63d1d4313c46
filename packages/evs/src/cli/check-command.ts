import { Command } from 'commander';
import { hostname } from 'node:os';
import path from 'node:path';
import {
  exitStatusOf,
  filesOnDisk,
  localMachine,
  readConfiguration,
  renderDiagnostic,
  type ReadConfiguration,
} from '../config/index.ts';

interface CheckOptions {
  readonly json?: boolean;
  readonly configId?: string;
}

/** `evs check FILE`: every problem of a configuration at once. Exits as `keepalived -t` does. */
export const checkCommand = (): Command =>
  new Command('check')
    .description(
      "reads a configuration in keepalived's language and tells all that is wrong with it",
    )
    .argument('[file]', 'the configuration', '/etc/keepalived/keepalived.conf')
    .option('--json', 'prints the problems as JSON')
    .option('-i, --config-id <id>', 'name that @ID lines ask for, instead of the host name')
    .action((file: string, options: CheckOptions) => {
      const read = readConfiguration(path.resolve(file), {
        files: filesOnDisk,
        configurationId: options.configId ?? hostname().replace(/\..*/s, ''),
        machine: localMachine(),
      });
      const status = exitStatusOf(read.diagnostics);
      if (options.json === true) process.stdout.write(asJson(read, status));
      else process.stdout.write(asText(file, read));
      process.exitCode = status;
    });

const asJson = ({ diagnostics, sources }: ReadConfiguration, status: number): string =>
  `${JSON.stringify({ status, files: [...sources.keys()], diagnostics }, undefined, 2)}\n`;

function asText(file: string, { diagnostics, sources }: ReadConfiguration): string {
  const count = (severity: string) =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
  const [errors, warnings] = [count('error'), count('warning')];
  const told = diagnostics.map((diagnostic) => `${renderDiagnostic(diagnostic, sources)}\n\n`);
  return `${told.join('')}${file}: ${summary(errors, warnings)}\n`;
}

function summary(errors: number, warnings: number): string {
  if (errors + warnings === 0) return 'no problem found';
  return [counted(errors, 'error'), counted(warnings, 'warning')].filter(Boolean).join(', ');
}

const counted = (count: number, noun: string): string =>
  count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`;
