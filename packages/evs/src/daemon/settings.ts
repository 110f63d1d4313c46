import { EvsError } from '../errors/index.ts';
import type { Hook } from './ports.ts';

export const hookSettings = ['auto', 'tc', 'xdp', 'xdp-generic'] as const;
/** Which hook an operator asks for; `auto` leaves it to the kind of device. */
export type HookSetting = (typeof hookSettings)[number];

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
type LogLevel = (typeof logLevels)[number];
export const logFormats = ['pretty', 'json'] as const;
type LogFormat = (typeof logFormats)[number];

/** Everything that evsd's command line settles. */
export interface Settings {
  readonly detach: boolean;
  /** Absent: a directory of this network namespace under /run/evs. */
  readonly runDirectory?: string;
  /** Begin with nothing, whatever an earlier daemon left. */
  readonly fresh: boolean;
  readonly logLevel: LogLevel;
  /** Absent: pretty on a terminal, JSON elsewhere. */
  readonly logFormat?: LogFormat;
  readonly hook: HookSetting;
  /** The only devices to balance on, with the hook of each; empty for all that can. */
  readonly devices: ReadonlyMap<string, HookSetting>;
  /** Frames go to the other end of a veth device at once where nothing is passed over by that. */
  readonly fastPath: boolean;
  /** Most connections that can be tracked. */
  readonly connectionCapacity?: number;
  /** A configuration in keepalived's language, absolute. */
  readonly configuration?: string;
  /** File of the key that directors share to synchronise connections. */
  readonly syncKey?: string;
  /** Where assembled programs are kept. Absent: in a directory of all directors under /run/evs. */
  readonly programCache?: string;
}

/** The hooks to try on a device, the best first, when an operator asked for one; undefined leaves it open. */
export function requestedHooks(setting: HookSetting): readonly Hook[] | undefined {
  switch (setting) {
    case 'auto':
      return undefined;
    case 'tc':
      return ['tc'];
    case 'xdp':
      return ['xdp-native'];
    case 'xdp-generic':
      return ['xdp-generic'];
  }
}

/** One of `choices`. Throws E_INVALID with all of them if it is none. */
export function oneOf<T extends string>(choices: readonly T[], what: string, text: string): T {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new EvsError('E_INVALID', `There is no ${what} ${JSON.stringify(text)}`, {
    hint: `It is one of ${choices.join(', ')}`,
  });
}

/** `eth0` or `eth0=tc`. Throws E_INVALID. */
export function parseDeviceRule(text: string): readonly [string, HookSetting] {
  const [name = '', hook = 'auto', ...rest] = text.split('=');
  // Names of devices have at most 15 bytes, no slash and no white space: dev_valid_name() of the kernel.
  if (!/^[^\s/]{1,15}$/.test(name) || rest.length > 0) {
    throw new EvsError('E_INVALID', `${JSON.stringify(text)} names no network device`, {
      hint: 'Write eth0, or eth0=tc to choose its hook',
    });
  }
  return [name, oneOf(hookSettings, 'hook', hook)];
}

const mostConnections = 2 ** 24;

/** A number of connections that the table can be made for. Throws E_RANGE. */
export function parseConnectionCapacity(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (count >= 1 && count <= mostConnections) return count;
  throw new EvsError('E_RANGE', `${JSON.stringify(text)} connections cannot be tracked`, {
    hint: `Give a whole number from 1 to ${mostConnections}`,
  });
}
