import type { SynchronisedConnection } from '../../director/index.ts';
import { ignorableOption, OptionType, Sequences1 } from './layouts.ts';
import type { Rejection } from './reasons.ts';

type Options = Pick<SynchronisedConnection, 'sequences' | 'engine'>;
type Parts = Map<number, Uint8Array>;

/** Names of persistence engines are shorter than this, as in ip_vs. */
const nameBytes = 16;

/** What the options of a record of version 1 say, or why the record cannot be taken. */
export function readOptions(bytes: Uint8Array): Options | Rejection {
  const parts: Parts = new Map();
  for (let at = 0; at < bytes.length;) {
    const [type = 0, length = 0] = bytes.subarray(at, at + 2);
    const data = bytes.subarray(at + 2, at + 2 + length);
    if (at + 2 > bytes.length || length === 0 || data.length < length) return 'broken option';
    const known = type & ~ignorableOption;
    if (isKnown(known)) {
      if (parts.has(known)) return 'broken option';
      parts.set(known, data);
    } else if (type === known) return 'unknown option';
    at += 2 + length;
  }
  return meaningOf(parts);
}

const isKnown = (type: number): boolean =>
  (Object.values(OptionType) as readonly number[]).includes(type);

function meaningOf(parts: Parts): Options | Rejection {
  const sequences = parts.get(OptionType.sequences);
  const data = parts.get(OptionType.engineData);
  const name = parts.get(OptionType.engineName);
  if (sequences !== undefined && sequences.length !== Sequences1.sizeBytes) return 'broken option';
  if ((data === undefined) !== (name === undefined)) return 'broken option';
  if (name !== undefined && name.length > nameBytes) return 'broken option';
  return {
    ...(sequences !== undefined && { sequences: Object.values(Sequences1.decode(sequences)) }),
    ...(data !== undefined && {
      engine: { name: Buffer.from(name ?? []).toString('latin1'), data },
    }),
  };
}
