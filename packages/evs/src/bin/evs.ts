import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { applyCommand, planCommand } from '../cli/apply-command.ts';
import { checkCommand } from '../cli/check-command.ts';
import { checksCommand } from '../cli/checks-command.ts';
import { downCommand } from '../cli/down-command.ts';
import { settingsCommand } from '../cli/settings-command.ts';
import { syncCommand } from '../cli/sync-command.ts';
import { vrrpCommand } from '../cli/vrrp-command.ts';
import { markCommand } from '../cli/marks/mark-command.ts';
import { exportCommand } from '../cli/moving/export-command.ts';
import { importCommand } from '../cli/moving/import-command.ts';
import { EvsError } from '../errors/index.ts';
import { labCommand } from '../lab/command.ts';
import { decapsulateCommand } from '../lab/decapsulate-command.ts';

/** How to start the programs beside this one, bundled or from source. */
const program = (bundle: string): string[] => {
  const file = import.meta.url.endsWith('.ts') ? bundle.replace(/c?js$/, 'ts') : bundle;
  return [process.execPath, ...process.execArgv, fileURLToPath(new URL(file, import.meta.url))];
};
const programs = {
  evs: program('evs.js'),
  evsadm: program('evsadm.cjs'),
  evsd: program('evsd.js'),
};

const version = (): string => {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
};

const evs = new Command('evs')
  .description('The Linux Virtual Server in TypeScript: tools for people')
  .version(version())
  .addCommand(labCommand(programs))
  .addCommand(settingsCommand(programs.evsd))
  .addCommand(syncCommand(programs.evsd))
  .addCommand(checkCommand())
  .addCommand(planCommand())
  .addCommand(applyCommand(programs.evsd))
  .addCommand(checksCommand())
  .addCommand(vrrpCommand())
  .addCommand(downCommand(programs.evsd))
  .addCommand(importCommand(programs.evsd))
  .addCommand(exportCommand(programs.evsd))
  .addCommand(markCommand(programs.evsd))
  .addCommand(decapsulateCommand());

try {
  await evs.parseAsync();
} catch (error) {
  const { message, hint } =
    error instanceof EvsError
      ? error
      : {
          message: error instanceof Error ? (error.stack ?? error.message) : String(error),
          hint: undefined,
        };
  process.stderr.write(`evs: ${message}\n${hint === undefined ? '' : `     ${hint}\n`}`);
  process.exitCode = 1;
}
