import { CommandLineError } from './command-line-error.ts';
import { settings, type CommandName, type Setting } from './options.ts';

interface Fit {
  readonly mandatory?: readonly Setting[];
  readonly allowed?: readonly Setting[];
}

const service: readonly Setting[] = [
  'scheduler',
  'persistent',
  'netmask',
  'ops',
  'pe',
  'sched-flags',
];
const realServer: readonly Setting[] = [
  'forwarding-method',
  'weight',
  'u-threshold',
  'l-threshold',
  'tun-type',
  'tun-port',
  'tun-nocsum',
  'tun-csum',
  'tun-remcsum',
];

const fits: Readonly<Record<CommandName, Fit>> = {
  'add-service': { mandatory: ['service-address'], allowed: service },
  'edit-service': { mandatory: ['service-address'], allowed: service },
  'delete-service': { mandatory: ['service-address'] },
  flush: {},
  'add-server': { mandatory: ['service-address', 'real-server'], allowed: realServer },
  'edit-server': { mandatory: ['service-address', 'real-server'], allowed: realServer },
  'delete-server': { mandatory: ['service-address', 'real-server'] },
  list: {
    allowed: [
      'numeric',
      'connection',
      'service-address',
      'timeout',
      'daemon',
      'stats',
      'rate',
      'thresholds',
      'persistent-conn',
      'nosort',
      'syncid',
      'exact',
      'tun-info',
    ],
  },
  save: { allowed: ['numeric'] },
  restore: {},
  zero: { allowed: ['service-address'] },
  set: {},
  'start-daemon': {
    allowed: ['mcast-interface', 'syncid', 'sync-maxlen', 'mcast-group', 'mcast-port', 'mcast-ttl'],
  },
  'stop-daemon': { allowed: ['syncid'] },
  help: {},
  version: {},
};

/** Throws at the first setting that the command needs and lacks, or has and does not take. */
export function checkFit(command: CommandName, given: ReadonlySet<Setting>): void {
  const { mandatory = [], allowed = [] } = fits[command];
  for (const setting of settings) {
    if (mandatory.includes(setting)) {
      if (!given.has(setting)) {
        throw new CommandLineError(
          `You need to supply the '${setting}' option for the '${command}' command`,
        );
      }
    } else if (given.has(setting) && !allowed.includes(setting)) {
      throw new CommandLineError(`Illegal '${setting}' option with the '${command}' command`);
    }
  }
  if (command === 'list') checkList(given);
}

/** A listing is of one thing. */
const subjects: readonly Setting[] = ['connection', 'service-address', 'timeout', 'daemon'];

function checkList(given: ReadonlySet<Setting>): void {
  const [first, second] = subjects.filter((subject) => given.has(subject));
  if (first !== undefined && second !== undefined) {
    throw new CommandLineError(
      `The option '${second}' conflicts with the '${first}' option in the 'list' command`,
    );
  }
  const has = (...some: Setting[]): boolean => some.some((setting) => given.has(setting));
  const noServers = has('connection', 'timeout', 'daemon') && has('stats', 'rate', 'thresholds');
  if (noServers || (has('timeout', 'daemon') && has('persistent-conn'))) {
    throw new CommandLineError('options conflicts in the list command');
  }
}
