import { parseIpAddress, familyOf, type IpAddress } from '../../../packet/index.ts';
import { failure } from '../../text/diagnostic.ts';
import { peek, take, type Cursor } from '../cursor.ts';
import { optional, sequence, wordValue, type Read, type Value } from '../value.ts';
import { address, portOrNone } from './addresses.ts';
import { choice, name } from './words.ts';
import { integer } from './numbers.ts';

/** An address and a port, 0 if none was written. */
export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}
export const endpoint: Value<Endpoint> = sequence({ address, port: portOrNone });

/** What a virtual server is for: an address, a firewall mark, or all that a group holds. */
export type VirtualServerName =
  | ({ readonly kind: 'address' } & Endpoint)
  | { readonly kind: 'mark'; readonly mark: number }
  | { readonly kind: 'group'; readonly group: string };

const mark = integer(1, 0xffff_ffff, 'MARK');

export const virtualServerName: Value<VirtualServerName> = {
  syntax: 'IP [PORT] | fwmark N | group NAME',
  optional: false,
  read: (cursor) => {
    const first = peek(cursor)?.text;
    if (first === 'group') return after(cursor, name, (group) => ({ kind: 'group', group }));
    if (first === 'fwmark') return after(cursor, mark, (read) => ({ kind: 'mark', mark: read }));
    const read = endpoint.read(cursor);
    return read === undefined ? undefined : { value: { kind: 'address', ...read.value } };
  },
};

function after<T, U>(cursor: Cursor, value: Value<T>, change: (read: T) => U): Read<U> {
  cursor.index++;
  const read = value.read(cursor);
  return read === undefined ? undefined : { value: change(read.value) };
}

/** Several addresses with one port, or a firewall mark. */
export type GroupEntry =
  | { readonly kind: 'mark'; readonly mark: number }
  | {
      readonly kind: 'range';
      readonly first: IpAddress;
      readonly count: number;
      readonly port: number;
    };

/** Addresses that one entry may stand for. */
const largestRange = 65_536;

const range = wordValue('IP[-LAST|/LENGTH]', (text) => {
  const match = /^([^-/]+)(?:-([\da-f]+)|\/(\d{1,3}))?$/i.exec(text);
  const first = parseIpAddress(match?.[1] ?? '');
  if (match === null || first === undefined)
    return { problem: `'${text}' is no IP address or range` };
  const count = countOf(first, match[2], match[3]);
  if (count === undefined || count > largestRange) {
    return { problem: `'${text}' is no range, or one of more than ${largestRange} addresses` };
  }
  return { value: { first, count } };
});

/** The last number of the address counts up to LAST, decimal in IPv4, hexadecimal in IPv6. */
function countOf(first: IpAddress, last: string | undefined, length: string | undefined) {
  const [bits, radix, separator] =
    familyOf(first) === 'ipv4' ? ([32, 10, '.'] as const) : ([128, 16, ':'] as const);
  if (length !== undefined) {
    return Number(length) > bits ? undefined : 2 ** (bits - Number(length));
  }
  if (last === undefined) return 1;
  const from = Number.parseInt(first.slice(first.lastIndexOf(separator) + 1) || '0', radix);
  const to = Number.parseInt(last, radix);
  return to >= from && to < (radix === 10 ? 256 : 65_536) ? to - from + 1 : undefined;
}

export const groupEntry: Value<GroupEntry> = {
  syntax: 'IP[-LAST|/LENGTH] [PORT] | fwmark N',
  optional: false,
  read: (cursor) => {
    if (peek(cursor)?.text === 'fwmark') {
      return after(cursor, mark, (read) => ({ kind: 'mark', mark: read }));
    }
    const addresses = range.read(cursor);
    if (addresses === undefined) return undefined;
    const port = portOrNone.read(cursor);
    return port && { value: { kind: 'range', ...addresses.value, port: port.value } };
  },
};

/** How packets reach a real server, in the words of keepalived.conf. */
export interface LvsMethod {
  readonly kind: 'NAT' | 'DR' | 'TUN';
  readonly tunnel?: {
    readonly type: 'ipip' | 'gue' | 'gre';
    readonly port: number;
    readonly checksum: 'none' | 'checksum' | 'remote';
  };
}

const tunnelPort = integer(1, 65_535, 'PORT');
const checksums = { nocsum: 'none', csum: 'checksum', remcsum: 'remote' } as const;
const kinds = choice(['NAT', 'DR', 'TUN']);

export const lvsMethod: Value<LvsMethod> = {
  syntax: 'NAT|DR|TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum]',
  optional: false,
  read: (cursor) => {
    const kind = kinds.read(cursor);
    if (kind === undefined) return undefined;
    if (kind.value !== 'TUN') return { value: { kind: kind.value } };
    const tunnel = readTunnel(cursor);
    return tunnel === undefined ? undefined : { value: { kind: 'TUN', tunnel } };
  },
};

function readTunnel(cursor: Cursor): LvsMethod['tunnel'] {
  let [type, port, checksum] = [
    'ipip' as 'ipip' | 'gue' | 'gre',
    0,
    'none' as 'none' | 'checksum' | 'remote',
  ];
  for (let word = peek(cursor); word !== undefined; word = peek(cursor)) {
    cursor.index++;
    if (word.text === 'type') {
      const read = choice(['ipip', 'gue', 'gre']).read(cursor);
      if (read === undefined) return undefined;
      type = read.value;
    } else if (word.text === 'port') {
      const read = tunnelPort.read(cursor);
      if (read === undefined) return undefined;
      port = read.value;
    } else if (Object.hasOwn(checksums, word.text)) {
      checksum = checksums[word.text as keyof typeof checksums];
    } else {
      cursor.report(failure(word.at, `'${word.text}' is unknown behind TUN`));
      return undefined;
    }
  }
  return { type, port, checksum };
}

/** An IPv4 mask or a number of bits, 1 to 128. */
export const granularity: Value<IpAddress | number> = wordValue<IpAddress | number>(
  'MASK|BITS',
  (text) => {
    if (/^\d+$/.test(text)) {
      return Number(text) >= 1 && Number(text) <= 128
        ? { value: Number(text) }
        : { problem: `${text} is out of range: 1 to 128` };
    }
    const mask = parseIpAddress(text);
    return mask === undefined || familyOf(mask) === 'ipv6'
      ? { problem: `'${text}' is neither an IPv4 mask nor a number of bits` }
      : { value: mask };
  },
);

/** One status code or a range of them. */
export const statusCodes: Value<{ readonly from: number; readonly to: number }> = wordValue(
  'N[-M]',
  (text) => {
    const match = /^(\d{3})(?:-(\d{3}))?$/.exec(text);
    const [from, to] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
    return match !== null && from >= 100 && to <= 599 && from <= to
      ? { value: { from, to } }
      : { problem: `'${text}' is no HTTP status code or range: 100 to 599` };
  },
);

/** What follows a keyword `word`, if it is there. */
export const optionalBehind = <T>(
  syntax: string,
  wanted: string,
  value: Value<T>,
): Value<T | undefined> => ({
  syntax: `[${syntax}]`,
  optional: true,
  read: (cursor) => {
    if (peek(cursor)?.text !== wanted) return { value: undefined };
    cursor.index++;
    return value.read(cursor);
  },
});

/** A tracked peer of unicast VRRP: `IP [min_ttl N] [max_ttl N]`. */
export interface UnicastPeer {
  readonly address: IpAddress;
  readonly minTtl?: number;
  readonly maxTtl?: number;
}
const ttl = integer(0, 255, 'TTL');
export const unicastPeer: Value<UnicastPeer> = {
  syntax: 'IP [min_ttl N] [max_ttl N]',
  optional: false,
  read: (cursor) => {
    const peer = address.read(cursor);
    if (peer === undefined) return undefined;
    const least = optionalBehind('min_ttl N', 'min_ttl', ttl).read(cursor);
    const most = optionalBehind('max_ttl N', 'max_ttl', ttl).read(cursor);
    return {
      value: {
        address: peer.value,
        ...(least?.value === undefined ? {} : { minTtl: least.value }),
        ...(most?.value === undefined ? {} : { maxTtl: most.value }),
      },
    };
  },
};

/** `IF [inst] INSTANCE [id N] [maxlen N] [port N] [ttl N] [group IP]`. */
export interface SyncDaemonEntry {
  readonly device: string;
  readonly instance?: string;
  readonly id?: number;
  readonly maxLength?: number;
  readonly port?: number;
  readonly ttl?: number;
  readonly group?: IpAddress;
}
const syncOptions = {
  inst: ['instance', name],
  id: ['id', integer(0, 255)],
  maxlen: ['maxLength', integer(1, 65_507)],
  port: ['port', integer(1, 65_535)],
  ttl: ['ttl', integer(1, 255)],
  group: ['group', address],
} as const;

export const syncDaemon: Value<SyncDaemonEntry> = {
  syntax: 'IF [inst INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group IP]',
  optional: false,
  read: (cursor) => {
    const device = take(cursor, 'an interface');
    if (device === undefined) return undefined;
    const given: Record<string, unknown> = {};
    for (let word = peek(cursor); word !== undefined; word = peek(cursor)) {
      cursor.index++;
      if (!Object.hasOwn(syncOptions, word.text)) {
        // Without a word before it, and only as the first: the instance, as keepalived 1 wrote it.
        if (Object.keys(given).length === 0) given['instance'] = word.text;
        else cursor.report(failure(word.at, `'${word.text}' is unknown here`));
        continue;
      }
      const [field, value] = syncOptions[word.text as keyof typeof syncOptions];
      const read = value.read(cursor);
      if (read !== undefined) given[field] = read.value;
    }
    return { value: { device: device.text, ...given } };
  },
};

/** `tcp N tcpfin N udp N`, in seconds, each if it is there. */
export const lvsTimeouts: Value<{
  readonly tcp?: number;
  readonly tcpfin?: number;
  readonly udp?: number;
}> = {
  syntax: '[tcp N] [tcpfin N] [udp N]',
  optional: false,
  read: (cursor) => {
    const given: Record<string, number> = {};
    const period = integer(0, 2_678_400, 'SECONDS');
    for (let word = take(cursor, 'a timeout'); word !== undefined;) {
      if (!/^(tcp|tcpfin|udp)$/.test(word.text)) {
        cursor.report(failure(word.at, `'${word.text}' is none of tcp, tcpfin, udp`));
        return undefined;
      }
      const read = period.read(cursor);
      if (read === undefined) return undefined;
      given[word.text] = read.value;
      word = cursor.words[cursor.index++];
    }
    return { value: given };
  },
};

export const optionalName = optional(name, undefined);
