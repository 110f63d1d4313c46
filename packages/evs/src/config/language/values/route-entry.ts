import type { IpAddress } from '../../../packet/index.ts';
import { peek, take, type Cursor } from '../cursor.ts';
import { flag, type Read, type Value } from '../value.ts';
import { failure } from '../../text/diagnostic.ts';
import { scope } from './address-entry.ts';
import { address, parsePrefix, prefix, type Prefix } from './addresses.ts';
import { rawWord, readOptions, type EntryOptions } from './entries.ts';
import { cInteger, unsigned } from './numbers.ts';
import { device, name } from './words.ts';

/** A route that a director adds, in the words of ip-route(8). */
export interface RouteEntry {
  readonly type: string;
  readonly destination: Prefix | 'default';
  readonly gateway?: IpAddress;
  readonly device?: string;
  readonly source?: IpAddress;
  readonly table?: string;
  readonly metric?: number;
  readonly scope?: string;
  readonly noTrack: boolean;
  readonly trackGroup?: string;
  /** What else was written, by ip-route(8)'s name. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

const types = [
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
  'nat',
];

const lockable = Object.fromEntries(
  [
    'mtu',
    'hoplimit',
    'advmss',
    'rtt',
    'rttvar',
    'reordering',
    'window',
    'cwnd',
    'ssthresh',
    'rto_min',
    'initcwnd',
    'initrwnd',
    'quickack',
    'fastopen_no_cookie',
    'realms',
    'realm',
    'features',
    'congctl',
    'pref',
    'ttl-propagate',
    'expires',
    'vrf',
  ].map((attribute) => [attribute, rawWord(attribute.toUpperCase())]),
);

/** The rest of the entry, unread: tunnels and several next hops have a grammar of their own. */
const rest: Value<readonly string[]> = {
  syntax: '…',
  optional: true,
  read: (cursor) => {
    const words = cursor.words.slice(cursor.index).map(({ text }) => text);
    cursor.index = cursor.words.length;
    return { value: words };
  },
};

const options: EntryOptions = {
  ...lockable,
  via: address,
  gw: 'via',
  or: address,
  dev: device,
  oif: 'dev',
  src: address,
  from: prefix,
  tos: cInteger(0, 255),
  dsfield: 'tos',
  table: rawWord('TABLE'),
  protocol: rawWord('PROTOCOL'),
  proto: 'protocol',
  scope,
  metric: unsigned,
  priority: 'metric',
  preference: 'metric',
  onlink: flag,
  add: flag,
  prepend: flag,
  append: flag,
  no_track: flag,
  track_group: name,
  encap: rest,
  nexthop: rest,
};

export const routeEntry: Value<RouteEntry> = {
  syntax: '[TYPE] [to] PREFIX|default [via IP] [dev IF] [src IP] [table N] [metric N] [scope S] …',
  optional: false,
  read: readRoute,
};

function readRoute(cursor: Cursor): Read<RouteEntry> {
  takeIf(cursor, ['inet', 'inet6']);
  const kind = takeIf(cursor, types) ?? 'unicast';
  // `src IP PREFIX …`, the form of keepalived 1, names the source first.
  const before = takeIf(cursor, ['src']) === undefined ? undefined : address.read(cursor)?.value;
  takeIf(cursor, ['to', 'dst']);
  const destination = readDestination(cursor);
  if (destination === undefined) return undefined;
  const {
    via,
    dev,
    src,
    table,
    metric,
    scope: reach,
    no_track,
    track_group,
    ...attributes
  } = readOptions(cursor, options);
  const named = { gateway: via, device: dev, source: src ?? before, table, metric, scope: reach };
  return {
    value: {
      type: kind,
      destination: destination.value,
      ...present({ ...named, trackGroup: track_group }),
      noTrack: no_track === true,
      attributes,
    },
  };
}

function readDestination(cursor: Cursor): Read<RouteEntry['destination']> {
  const word = take(cursor, 'a destination');
  if (word === undefined) return undefined;
  if (/^default6?$/.test(word.text)) return { value: 'default' };
  const parsed = parsePrefix(word.text);
  if ('value' in parsed) return parsed;
  cursor.report(failure(word.at, parsed.problem));
  return undefined;
}

/** Takes the next word if it is one of these. */
function takeIf(cursor: Cursor, words: readonly string[]): string | undefined {
  const text = peek(cursor)?.text;
  if (text === undefined || !words.includes(text)) return undefined;
  cursor.index++;
  return text;
}

const present = (fields: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
