import { Command, Option } from 'commander';
import { spawnSync } from 'node:child_process';
import { EvsError } from '../errors/index.ts';
import { launcherDirectory, readRecords } from './lab-files.ts';
import { namespaceOf } from './network.ts';
import { labEnvironment } from './programs.ts';
import { requireRoot } from './require-root.ts';
import { hostNames, type HostName } from './topology.ts';

/** `evs lab shell HOST`: a shell on a host of a lab, or one command there. */
export const shellCommand = (): Command =>
  new Command('shell')
    .description('opens a shell on a host of a lab, or runs one command there')
    .argument('<host>', hostNames.join(', '))
    .argument('[command...]', 'after --, if it has options')
    .addOption(new Option('--name <name>', 'the lab, if there are several'))
    .action((host: string, command: string[], options: { readonly name?: string }) => {
      requireRoot();
      const name = chooseHost(host);
      process.exitCode = enter(chooseLab(options.name), name, command);
    });

function chooseHost(wanted: string): HostName {
  const host = hostNames.find((name) => name === wanted);
  if (host !== undefined) return host;
  throw new EvsError('E_LAB', `Cannot enter ${wanted}: no host of the lab has that name`, {
    hint: `There are: ${hostNames.join(', ')}`,
  });
}

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
function enter(lab: string, host: HostName, command: readonly string[]): number {
  const inside = command.length === 0 ? ['bash', '--norc', '-i'] : command;
  const [program, ...words] = ['ip', 'netns', 'exec', namespaceOf(lab, host), ...inside] as const;
  const env = { ...labEnvironment(launcherDirectory(lab)), PS1: `${host} # ` };
  return spawnSync(program, words, { stdio: 'inherit', env }).status ?? 1;
}
