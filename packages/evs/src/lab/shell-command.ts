import { Command, Option } from 'commander';
import { spawnSync } from 'node:child_process';
import { EvsError } from '../errors/index.ts';
import { labDirectory, readRecords } from './lab-files.ts';
import { namespaceOf } from './network.ts';
import { requireRoot } from './require-root.ts';

/** `evs lab shell HOST`: a shell on a host of a lab, or one command there. */
export const shellCommand = (hosts: readonly string[]): Command =>
  new Command('shell')
    .description('opens a shell on a host of a lab, or runs one command there')
    .argument('<host>', hosts.join(', '))
    .argument('[command...]', 'after --, if it has options')
    .addOption(new Option('--name <name>', 'the lab, if there are several'))
    .action((host: string, command: string[], options: { readonly name?: string }) => {
      requireRoot();
      if (!hosts.includes(host)) {
        throw new EvsError('E_LAB', `Cannot enter ${host}: no host of the lab has that name`, {
          hint: `There are: ${hosts.join(', ')}`,
        });
      }
      process.exitCode = enter(chooseLab(options.name), host, command);
    });

function chooseLab(wanted: string | undefined): string {
  const names = readRecords().map((record) => record.name);
  const [first, ...others] = names.filter((name) => wanted === undefined || name === wanted);
  if (first === undefined) {
    throw new EvsError('E_LAB', `Cannot enter lab ${wanted ?? 'evs'}: it does not stand`, {
      hint: 'Build one with: evs lab dr --keep',
    });
  }
  if (others.length > 0) {
    throw new EvsError('E_LAB', 'Cannot tell which lab to enter: there are several', {
      hint: `Say --name with one of: ${names.join(', ')}`,
    });
  }
  return first;
}

/** Exit status of the shell or the command. */
function enter(lab: string, host: string, command: readonly string[]): number {
  const shell = ['bash', '--norc', '-i'];
  const inside = command.length === 0 ? shell : command;
  const { status } = spawnSync(
    'ip',
    ['netns', 'exec', namespaceOf(lab, host as Parameters<typeof namespaceOf>[1]), ...inside],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        PATH: `${labDirectory(lab)}/bin:${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
        PS1: `${host} # `,
      },
    },
  );
  return status ?? 1;
}
