import { Command, InvalidArgumentError, Option } from 'commander';
import { downCommand } from './down-command.ts';
import { probeCommand } from './ha/probe-command.ts';
import { methodNames, type Method } from './method.ts';
import type { Programs } from './programs.ts';
import { shellCommand } from './shell-command.ts';
import { serve } from './web-server.ts';

interface StandingOptions {
  readonly keep?: boolean;
  readonly json?: boolean;
  readonly name?: string;
  readonly builtInServer?: boolean;
}

interface RunOptions extends StandingOptions {
  readonly requests: number;
}

/** `evs lab`: the tutorial's network on this machine. */
export function labCommand(programs: Programs): Command {
  const lab = new Command('lab').description(
    "builds the tutorial's network in network namespaces, and shows each forwarding method in it",
  );
  for (const method of [...methodNames, 'all'] as const)
    lab.addCommand(runCommand(method, programs));
  return lab
    .addCommand(haCommand(programs))
    .addCommand(shellCommand())
    .addCommand(downCommand())
    .addCommand(probeCommand())
    .addCommand(serveCommand(), { hidden: true });
}

const descriptions: Readonly<Record<Method | 'all', string>> = {
  nat: 'NAT (evsadm -m): the director rewrites addresses both ways',
  tun: 'tunnel (evsadm -i): the director wraps packets, real servers answer directly',
  dr: 'direct routing (evsadm -g): the director rewrites MAC addresses, real servers answer directly',
  all: 'the three methods, one after the other',
};

function runCommand(method: Method | 'all', programs: Programs): Command {
  return new Command(method)
    .description(descriptions[method])
    .option('--keep', 'leave the network standing, set up as it was last')
    .option('--name <name>', 'name of the lab, first part of its namespaces (default: evs)')
    .addOption(
      new Option('--requests <count>', 'requests of each client').argParser(parseCount).default(6),
    )
    .option('--built-in-server', 'do without nginx on the real servers')
    .option('--json', 'print one JSON document instead of the story')
    .action(async (options: RunOptions) => {
      const { runLab } = await import('./run-lab.ts');
      process.exitCode = await runLab({
        ...commonOptions(options, programs),
        methods: method === 'all' ? methodNames : [method],
        requests: options.requests,
      });
    });
}

const haCommand = (programs: Programs): Command =>
  new Command('ha')
    .description(
      "two directors with the tutorial's configurations: one is stopped, killed, cut off; who answers then",
    )
    .option('--keep', 'leave the network standing, both directors at work')
    .option('--name <name>', 'name of the lab, first part of its namespaces (default: evs)')
    .option('--built-in-server', 'do without nginx on the real servers')
    .option('--json', 'print one JSON document instead of the story')
    .action(async (options: StandingOptions) => {
      const { runHa } = await import('./ha/run-ha.ts');
      process.exitCode = await runHa(commonOptions(options, programs));
    });

const commonOptions = (options: StandingOptions, programs: Programs) => ({
  programs,
  keep: options.keep ?? false,
  json: options.json ?? false,
  name: options.name,
  builtInServer: options.builtInServer ?? false,
});

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 2 && count <= 100_000) return count;
  throw new InvalidArgumentError('It must be a whole number from 2 to 100000');
}

/** The web server of a real server without nginx; runs until it is ended. */
const serveCommand = (): Command =>
  new Command('serve')
    .argument('<page>')
    .argument('<port>')
    .action(async (page: string, port: string) => {
      await serve(page, Number(port));
      process.stdout.write('ready\n');
    });
