import type { ForwardingMethod, Protocol, Tunnel } from '../director/index.ts';
import { familyOf, parseIpAddress, type IpAddress } from '../packet/ip-address.ts';
import { CommandLineError } from './command-line-error.ts';
import type { Draft } from './draft.ts';
import { parseEndpoint, parseHost } from './endpoints.ts';
import type { Names } from './names.ts';
import { leadingNumber, parseNumber } from './numbers.ts';
import type { Option, Setting } from './options.ts';

/** 31 days, the most that ipvsadm takes for a timeout. */
const longestTimeoutSeconds = 31 * 86_400;
const defaultPersistenceSeconds = 360;
const largest = 0x7fff_ffff;
/** The kernel keeps names of schedulers, engines and devices in 16 bytes. */
const longestName = 15;

/** Reads one option into the draft. Throws a CommandLineError for a value that makes no sense, and for repetition. */
export async function readOption(
  draft: Draft,
  option: Option,
  value: string | undefined,
  names: Names,
): Promise<void> {
  const { setting, meaning = '' } = option;
  if (meaning === 'ipv6') readIpv6(draft);
  if (setting === undefined) return;
  if (draft.given.has(setting)) {
    throw new CommandLineError(`multiple '${setting}' options specified`);
  }
  draft.given.add(setting);
  await readers[setting]?.(draft, value ?? '', names, meaning);
  if (setting === 'persistent') readPersistence(draft, value);
}

type Reader = (draft: Draft, value: string, names: Names, meaning: string) => void | Promise<void>;

/** Settings without one only have to be given. */
const readers: Partial<Record<Setting, Reader>> = {
  'service-address': (draft, value, names, meaning) =>
    meaning === 'mark'
      ? readMark(draft, value)
      : readVirtual(draft, value, names, meaning as Protocol),
  'real-server': readReal,
  netmask: readMask,
  scheduler: (draft, value) => {
    draft.scheduler = value.slice(0, longestName);
  },
  pe: (draft, value) => {
    draft.engine = value.slice(0, longestName);
  },
  'sched-flags': (draft, value) => {
    draft.schedulerFlags = value;
  },
  'forwarding-method': (draft, _value, _names, meaning) => {
    draft.method = meaning as ForwardingMethod;
  },
  weight: (draft, value) => {
    draft.weight = number(value, 0, largest, 'illegal weight specified');
  },
  'u-threshold': (draft, value) => {
    draft.upperThreshold = number(value, 0, largest, 'illegal u_threshold specified');
  },
  'l-threshold': (draft, value) => {
    draft.lowerThreshold = number(value, 0, largest, 'illegal l_threshold specified');
  },
  'tun-type': (draft, value) => {
    if (!isTunnelType(value)) throw new CommandLineError('illegal tunnel type specified');
    draft.tunnelType = value;
  },
  'tun-port': (draft, value) => {
    draft.tunnelPort = number(value, 1, 0xffff, 'illegal tunnel port specified');
  },
  'mcast-interface': ({ daemon }, value) => {
    if (value !== '') daemon.device = value.slice(0, longestName);
  },
  syncid: ({ daemon }, value) => {
    daemon.syncId = number(value, 0, 255, 'illegal syncid specified');
  },
  'sync-maxlen': ({ daemon }, value) => {
    daemon.maximumLength = number(value, 1, 65_507, 'illegal sync-maxlen specified');
  },
  'mcast-port': ({ daemon }, value) => {
    daemon.port = number(value, 1, 0xffff, 'illegal mcast-port specified');
  },
  'mcast-ttl': ({ daemon }, value) => {
    daemon.timeToLive = number(value, 1, 255, 'illegal mcast-ttl specified');
  },
  'mcast-group': ({ daemon }, value) => {
    daemon.group = readGroup(value);
  },
};

async function readVirtual(
  draft: Draft,
  value: string,
  names: Names,
  protocol: Protocol,
): Promise<void> {
  draft.protocol = protocol;
  const virtual = await parseEndpoint(value, protocol, names);
  if (virtual === undefined) {
    throw new CommandLineError('illegal virtual server address[:port] specified');
  }
  draft.virtual = virtual;
  draft.family = virtual.family;
  if (virtual.family === 'ipv6') draft.mask = 128;
}

function readMark(draft: Draft, value: string): void {
  draft.protocol = 'tcp';
  draft.mark = number(value, 1, 0xffff_ffff, `invalid fwmark value \`${value}' specified`);
}

function readIpv6(draft: Draft): void {
  if (draft.mark === undefined) throw new CommandLineError('-6 used before -f\n');
  draft.family = 'ipv6';
  draft.mask = 128;
}

async function readReal(draft: Draft, value: string, names: Names): Promise<void> {
  const real = await parseEndpoint(value, draft.protocol, names);
  if (real === undefined) {
    throw new CommandLineError('illegal real server address[:port] specified');
  }
  draft.real = { ...real, port: real.port ?? draft.virtual?.port };
}

async function readMask(draft: Draft, value: string, names: Names): Promise<void> {
  if (draft.family === 'ipv6') {
    const prefix = leadingNumber(value);
    if (prefix < 1 || prefix > 128) throw new CommandLineError('illegal ipv6 netmask specified');
    draft.mask = prefix;
    return;
  }
  const mask = await parseHost(value, names);
  if (mask === undefined) {
    throw new CommandLineError('illegal virtual server persistent mask specified');
  }
  draft.mask = mask;
}

function readPersistence(draft: Draft, value: string | undefined): void {
  draft.persistentSeconds =
    value === undefined ? defaultPersistenceSeconds : timeoutSeconds(value, 1);
}

/** Throws a CommandLineError unless the text is a timeout of at least `minimum` seconds. */
export const timeoutSeconds = (text: string, minimum: number): number =>
  number(text, minimum, longestTimeoutSeconds, `invalid timeout value \`${text}' specified`);

function number(text: string, minimum: number, maximum: number, complaint: string): number {
  const parsed = parseNumber(text, minimum, maximum);
  if (parsed === undefined) throw new CommandLineError(complaint);
  return parsed;
}

const isTunnelType = (text: string): text is Tunnel['type'] =>
  text === 'ipip' || text === 'gue' || text === 'gre';

function readGroup(text: string): IpAddress {
  const address = parseIpAddress(text);
  const [family, multicast] =
    address !== undefined && familyOf(address) === 'ipv6'
      ? ['IPv6', address.startsWith('ff')]
      : ['IPv4', /^2(2[4-9]|3\d)\./.test(text)];
  if (address !== undefined && multicast) return address;
  throw new CommandLineError(`invalid ${family} mcast-group \`${text}'`);
}
