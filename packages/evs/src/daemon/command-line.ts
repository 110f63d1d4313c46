import { Command, Option } from 'commander';
import path from 'node:path';
import {
  hookSettings,
  logFormats,
  logLevels,
  oneOf,
  parseConnectionCapacity,
  parseDeviceRule,
  type HookSetting,
  type Settings,
} from './settings.ts';

interface Options {
  readonly detach?: boolean;
  readonly runDir?: string;
  readonly fresh?: boolean;
  readonly logLevel: string;
  readonly logFormat?: string;
  readonly hook: string;
  readonly device: ReadonlyMap<string, HookSetting>;
  readonly fastPath: boolean;
  readonly connections?: number;
  readonly useFile?: string;
  readonly programCache?: string;
  readonly syncKey?: string;
}

/**
 * Parses evsd's command line, without the two words that start it. Ends the process after `--help`,
 * `--version` and options that do not exist; throws E_INVALID and E_RANGE for values that make no sense.
 */
export function parseCommandLine(words: readonly string[], version: string): Settings {
  const command = describe(version).parse(words, { from: 'user' });
  const options = command.opts<Options>();
  return {
    detach: options.detach ?? false,
    fresh: options.fresh ?? false,
    logLevel: oneOf(logLevels, 'log level', options.logLevel),
    hook: oneOf(hookSettings, 'hook', options.hook),
    devices: options.device,
    fastPath: options.fastPath,
    ...(options.runDir !== undefined && { runDirectory: options.runDir }),
    ...(options.logFormat !== undefined && {
      logFormat: oneOf(logFormats, 'log format', options.logFormat),
    }),
    ...(options.programCache !== undefined && { programCache: options.programCache }),
    ...(options.syncKey !== undefined && { syncKey: path.resolve(options.syncKey) }),
    ...(options.useFile !== undefined && { configuration: path.resolve(options.useFile) }),
    ...(options.connections !== undefined && { connectionCapacity: options.connections }),
  };
}

const describe = (version: string): Command =>
  new Command('evsd')
    .description('The director: loads the data plane of this network namespace and keeps it right')
    .version(version)
    .option('--detach', 'go to the background; return when the socket answers')
    .addOption(
      new Option('--run-dir <directory>', 'socket, saved state and log').env('EVS_RUN_DIR'),
    )
    .option(
      '-f, --use-file <file>',
      "carry out a configuration in keepalived's language; SIGHUP reads it again",
    )
    .option('--fresh', 'begin with nothing, whatever an earlier daemon left in force')
    .option('--log-level <level>', logLevels.join(', '), 'info')
    .option('--log-format <format>', `${logFormats.join(' or ')}; pretty on a terminal`)
    .addOption(
      new Option('--hook <hook>', `${hookSettings.join(', ')}: where packets are taken`)
        .env('EVS_HOOK')
        .default('auto'),
    )
    .option(
      '--device <name[=hook]>',
      'balance on this device only; may be repeated',
      (text, devices: ReadonlyMap<string, HookSetting>) =>
        new Map([...devices, parseDeviceRule(text)]),
      new Map<string, HookSetting>(),
    )
    .option('--no-fast-path', 'send frames through veth devices, not to their other end at once')
    .option('--connections <count>', 'most connections to track', parseConnectionCapacity)
    .addOption(
      new Option(
        '--sync-key <file>',
        'synchronise connections only with directors that have the same key',
      ).env('EVS_SYNC_KEY'),
    )
    .addOption(
      new Option('--program-cache <directory>', 'assembled programs, for all directors').env(
        'EVS_PROGRAM_CACHE',
      ),
    );
