import { Command } from 'commander';
import { EvsError } from '../errors/index.ts';
import { clearLab } from './clearance.ts';
import { isIdle, launcherDirectory, readRecords } from './lab-files.ts';
import { labEnvironment } from './programs.ts';
import { requireRoot } from './require-root.ts';

/** `evs lab down`: removes labs that were kept, and what is left of those whose process was killed. */
export const downCommand = (): Command =>
  new Command('down')
    .description('removes the labs that were kept, or the one of this name')
    .argument('[name]')
    .action(async (name: string | undefined) => {
      requireRoot();
      for (const lab of labsToRemove(name)) {
        await clearLab(lab, { environment: labEnvironment(launcherDirectory(lab)) });
        process.stdout.write(`Removed lab ${lab}\n`);
      }
    });

function labsToRemove(name: string | undefined): string[] {
  const records = readRecords();
  if (name === undefined) return records.filter(isIdle).map((record) => record.name);
  if (records.some((record) => record.name === name)) return [name];
  throw new EvsError('E_LAB', `Cannot remove lab ${name}: there is none of that name`, {
    hint: `There are: ${records.map((record) => record.name).join(', ') || 'none'}`,
  });
}
