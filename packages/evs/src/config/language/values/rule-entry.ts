import { peek, type Cursor } from '../cursor.ts';
import { flag, type Read, type Value } from '../value.ts';
import { cInteger, unsigned } from './numbers.ts';
import { prefix } from './addresses.ts';
import { rawWord, readOptions, type EntryOptions } from './entries.ts';
import { device, name } from './words.ts';

/** A routing rule that a director adds, in the words of ip-rule(8). */
export interface RuleEntry {
  readonly family?: 'inet' | 'inet6';
  readonly noTrack: boolean;
  readonly trackGroup?: string;
  /** Selectors and action by ip-rule(8)'s names: from, to, iif, fwmark, table, priority, … */
  readonly attributes: Readonly<Record<string, unknown>>;
}

const options: EntryOptions = {
  from: prefix,
  to: prefix,
  iif: device,
  dev: 'iif',
  oif: device,
  tos: cInteger(0, 255),
  dsfield: 'tos',
  fwmark: rawWord('N[/MASK]'),
  uidrange: rawWord('A-B'),
  ipproto: rawWord('PROTOCOL'),
  sport: rawWord('A-B'),
  dport: rawWord('A-B'),
  'tunnel-id': unsigned,
  l3mdev: flag,
  protocol: rawWord('PROTOCOL'),
  table: rawWord('TABLE'),
  lookup: 'table',
  goto: unsigned,
  nop: flag,
  type: rawWord('TYPE'),
  blackhole: flag,
  unreachable: flag,
  prohibit: flag,
  realms: rawWord('REALMS'),
  suppress_prefixlength: unsigned,
  suppress_ifgroup: rawWord('GROUP'),
  priority: unsigned,
  preference: 'priority',
  order: 'priority',
  pref: 'priority',
  not: flag,
  no_track: flag,
  track_group: name,
};

export const ruleEntry: Value<RuleEntry> = {
  syntax:
    '[inet|inet6] [from PREFIX] [to PREFIX] [iif IF] [fwmark N] … table N|goto N|TYPE [priority N]',
  optional: false,
  read: readRule,
};

function readRule(cursor: Cursor): Read<RuleEntry> {
  const family = (['inet', 'inet6'] as const).find((one) => one === peek(cursor)?.text);
  if (family !== undefined) cursor.index++;
  const { no_track, track_group, ...attributes } = readOptions(cursor, options);
  return {
    value: {
      ...(family === undefined ? {} : { family }),
      ...(typeof track_group === 'string' ? { trackGroup: track_group } : {}),
      noTrack: no_track === true,
      attributes,
    },
  };
}
