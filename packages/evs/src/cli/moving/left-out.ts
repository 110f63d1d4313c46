import { keyText, type Command } from '../../director/index.ts';

/** What is to be taken over, and what cannot be. */
export interface Baggage {
  readonly commands: readonly Command[];
  /** In words, each with its reason. */
  readonly leftOut: readonly string[];
  /** What the source does not tell. */
  readonly untold?: readonly string[];
}

/** What happens to be in no configuration: it is told, and stops nothing. */
export const neverMoved = [
  'connections: those that are open end with the director that holds them',
  'counters: they begin at 0',
];

/** `2 services, 3 real servers, timeouts, 1 synchronisation daemon`. */
export function summaryOf(commands: readonly Command[]): string {
  const count = (kind: Command['kind']): number =>
    commands.filter((command) => command.kind === kind).length;
  const parts = [
    counted(count('addService'), 'service'),
    counted(count('addRealServer'), 'real server'),
    ...(count('setTimeouts') > 0 ? ['timeouts'] : []),
    ...(count('changeSettings') > 0 ? ['settings'] : []),
    ...(count('startDaemon') > 0 ? [counted(count('startDaemon'), 'synchronisation daemon')] : []),
  ];
  return parts.join(', ');
}

const counted = (number: number, what: string): string =>
  `${number} ${what}${number === 1 ? '' : 's'}`;

/** What a command is about, for messages. */
export function subjectOf(command: Command): string {
  if ('service' in command) return keyText(command.service.key);
  if ('realServer' in command) {
    return `${command.realServer.address} of ${keyText(command.key)}`;
  }
  if ('daemon' in command) return `synchronisation as ${command.daemon.role}`;
  return command.kind;
}
