import { familyOf, type IpAddress } from '../../../packet/index.ts';
import { failure } from '../../text/diagnostic.ts';
import { peek, type Cursor } from '../cursor.ts';
import type { Read, Value } from '../value.ts';
import { address, port } from './addresses.ts';
import { seconds } from './numbers.ts';

/** A way to another director beside that of the advertisements. */
export interface HeartbeatEntry {
  readonly peer: IpAddress;
  /** Absent: as the kernel chooses. */
  readonly source?: IpAddress;
  /** UDP, of both ends. */
  readonly port: number;
  readonly intervalMs: number;
}

const usual = { port: 8_852, intervalMs: 1_000 } as const;

const details = {
  source: (cursor: Cursor) => given('source', address.read(cursor)),
  port: (cursor: Cursor) => given('port', port.read(cursor)),
  interval: (cursor: Cursor) => given('intervalMs', seconds(0.1, 60).read(cursor)),
};

const given = <T>(name: keyof HeartbeatEntry, read: Read<T>) => read && { [name]: read.value };

export const heartbeatEntry: Value<HeartbeatEntry> = {
  syntax: 'IP [source IP] [port N] [interval SECONDS]',
  optional: false,
  read: (cursor) => {
    const at = peek(cursor)?.at;
    const peer = address.read(cursor);
    if (peer === undefined) return undefined;
    let entry: HeartbeatEntry = { peer: peer.value, ...usual };
    for (let word = peek(cursor); word !== undefined; word = peek(cursor)) {
      if (!Object.hasOwn(details, word.text)) break;
      cursor.index++;
      const detail = details[word.text as keyof typeof details](cursor);
      if (detail === undefined) return undefined;
      entry = { ...entry, ...detail };
    }
    if (familyOf(entry.source ?? entry.peer) === familyOf(entry.peer)) return { value: entry };
    cursor.report(failure(at, 'Peer and source are of different address families'));
    return undefined;
  },
};
