import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { socketPath } from '../../api/index.ts';
import { EvsError } from '../../errors/index.ts';
import { findDirector } from '../find-director.ts';
import type { Launcher } from '../launch-daemon.ts';
import { systemNames } from '../names.ts';
import { importInto, type ImportReport } from './import.ts';
import { readKernelSettings } from './kernel-settings.ts';
import type { Baggage } from './left-out.ts';
import { openKernel } from './open-kernel.ts';
import { readScript, untoldBy } from './read-script.ts';

interface Options {
  readonly kernel?: true;
  readonly dryRun?: true;
  readonly replace?: true;
  readonly partial?: true;
  readonly json?: true;
}

/** `evs import`: takes over what ip_vs is configured for. */
export const importCommand = (launcher: Launcher): Command =>
  new Command('import')
    .description('takes over a running IPVS: the output of ipvsadm -S -n, or the kernel itself')
    .argument('[file]', 'what ipvsadm -S -n printed; - for standard input')
    .option('--kernel', 'ask the ip_vs of this network namespace')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--replace', "delete the director's own services first")
    .option('--partial', 'take over the rest where something cannot be')
    .option('--json', 'print one JSON document')
    .action(async (file: string | undefined, options: Options) => {
      const baggage = await readBaggage(file, options);
      const director = await findDirector(socketPath(), launcher);
      const report = await importInto(director, baggage, {
        dryRun: options.dryRun ?? false,
        replace: options.replace ?? false,
        partial: options.partial ?? false,
      });
      process.stdout.write(options.json === true ? `${JSON.stringify(report)}\n` : tell(report));
    });

async function readBaggage(file: string | undefined, { kernel }: Options): Promise<Baggage> {
  if ((file === undefined) === (kernel === undefined)) {
    throw new EvsError('E_INVALID', 'Cannot import: say from where, a file or --kernel');
  }
  if (file === undefined) {
    using ipvs = await openKernel();
    const { readKernel } = await import('./from-kernel.ts');
    const { commands, leftOut } = readKernel(ipvs);
    const settings = readKernelSettings();
    return { commands: [...commands, { kind: 'changeSettings', settings }], leftOut };
  }
  const script = file === '-' ? await text(process.stdin) : readFile(file);
  const commands = await readScript(script, systemNames());
  return { commands, leftOut: [], untold: untoldBy(commands) };
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new EvsError('E_INVALID', `Cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}

const tell = ({ done, summary, leftOut }: ImportReport): string =>
  [`${done ? 'Taken over' : 'Would take over'}: ${summary}`, ...leftOut.map(leave), ''].join('\n');
const leave = (what: string): string => `Not taken over: ${what}`;
