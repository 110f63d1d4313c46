import { familyOf } from '../../../packet/index.ts';
import { failure } from '../../text/diagnostic.ts';
import { peek, type Cursor } from '../cursor.ts';
import { flag, wordValue, type Read, type Value } from '../value.ts';
import { prefix, type Prefix } from './addresses.ts';
import { rawWord, readOptions, type EntryOptions } from './entries.ts';
import { device, name } from './words.ts';

/** An address that a director adds to a device; in the words of ip-address(8). */
export interface AddressEntry {
  readonly prefix: Prefix;
  readonly device?: string;
  readonly broadcast?: string;
  readonly scope?: string;
  readonly label?: string;
  readonly peer?: Prefix;
  /** Losing it does not make an active router step down. */
  readonly noTrack: boolean;
  readonly useVmac: boolean;
  readonly trackGroup?: string;
  /** Other flags of ip-address(8): home, -nodad, mngtmpaddr, noprefixroute, autojoin. */
  readonly flags: readonly string[];
  readonly preferredLifetime?: string;
}

const scopes = ['global', 'site', 'link', 'host', 'nowhere'];

/** A name of an address's or route's scope, or its number. */
export const scope: Value<string> = wordValue('SCOPE', (text) =>
  scopes.includes(text) || /^\d{1,3}$/.test(text)
    ? { value: text }
    : { problem: `'${text}' is none of ${scopes.join(', ')}` },
);

const flags = ['home', '-nodad', 'mngtmpaddr', 'noprefixroute', 'autojoin'] as const;
const options: EntryOptions = {
  dev: device,
  brd: rawWord('IP|+|-'),
  broadcast: 'brd',
  scope,
  label: name,
  peer: prefix,
  no_track: flag,
  use_vmac: flag,
  track_group: name,
  preferred_lft: rawWord('SECONDS|forever'),
  home: flag,
  '-nodad': flag,
  mngtmpaddr: flag,
  noprefixroute: flag,
  autojoin: flag,
};

export const addressEntry: Value<AddressEntry> = {
  syntax:
    'IP[/LENGTH] [dev IF] [brd IP|+|-] [scope S] [label L] [peer IP[/LENGTH]] [home] [-nodad] [mngtmpaddr] ' +
    '[noprefixroute] [autojoin] [no_track] [use_vmac] [preferred_lft N] [track_group G]',
  optional: false,
  read: readAddress,
};

function readAddress(cursor: Cursor): Read<AddressEntry> {
  const word = peek(cursor);
  const read = prefix.read(cursor);
  if (read === undefined || word === undefined) return undefined;
  const given = readOptions(cursor, options);
  const entry = entryOf(read.value, given);
  if (given['brd'] !== undefined && familyOf(read.value.address) === 'ipv6') {
    cursor.report(failure(word.at, 'An IPv6 address has no broadcast address'));
  }
  return { value: entry };
}

function entryOf(value: Prefix, given: Readonly<Record<string, unknown>>): AddressEntry {
  const text = (key: string, field: keyof AddressEntry) =>
    given[key] === undefined ? {} : { [field]: given[key] };
  return {
    prefix: value,
    ...text('dev', 'device'),
    ...text('brd', 'broadcast'),
    ...text('scope', 'scope'),
    ...text('label', 'label'),
    ...text('peer', 'peer'),
    ...text('track_group', 'trackGroup'),
    ...text('preferred_lft', 'preferredLifetime'),
    noTrack: given['no_track'] === true,
    useVmac: given['use_vmac'] === true,
    flags: flags.filter((one) => given[one] === true),
  };
}
