import { Command, InvalidArgumentError } from 'commander';
import { connectDirector, socketPath } from '../api/index.ts';
import { printChecks } from './print-checks.ts';

interface Options {
  readonly json?: true;
  readonly looks: number;
}

/** `evs checks`: what health checks have found of each real server, why, and how long it took. */
export const checksCommand = (): Command =>
  new Command('checks')
    .description(
      'lists the last looks of health checks at each real server, with reason and timing',
    )
    .argument('[text]', 'only servers with this in their name, such as an address')
    .option('--json', 'prints them as JSON')
    .option('--looks <count>', 'looks to show of each checker', count, 3)
    .action(async (only: string | undefined, { json, looks }: Options) => {
      const checks = await connectDirector(socketPath()).checks();
      const text =
        json === true
          ? `${JSON.stringify(checks, undefined, 2)}\n`
          : printChecks(checks, { looks, ...(only !== undefined && { only }) });
      process.stdout.write(text);
    });

function count(text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It takes a whole number');
}
