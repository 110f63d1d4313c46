import type { SynchronisedConnection } from '../../director/index.ts';
import { checkRecord } from './check-record.ts';
import { Record1, recordSizeMask } from './layouts.ts';
import { readOptions } from './read-options.ts';
import type { ReadRecord } from './read-message.ts';

/** Reads a record of version 1. A record that makes no sense does not spoil those that follow it. */
export function readRecord1(message: Uint8Array, at: number): ReadRecord {
  if (at + Record1.sizeBytes > message.length) return { rejection: 'cut short', next: undefined };
  const { type, size, ...head } = Record1.decode(message, at);
  const sizeBytes = size & recordSizeMask;
  const addressBytes = (type & 1) === 0 ? 4 : 16;
  const options = at + Record1.sizeBytes + 3 * addressBytes;
  const end = at + sizeBytes;
  if (end > message.length || options > end) return { rejection: 'cut short', next: undefined };
  const next = (end + 3) & ~3;
  if (type > 1 || size >> 12 !== 0) return { rejection: 'unknown record', next };
  const rejection = checkRecord(head);
  if (rejection !== undefined) return { rejection, next };
  const found = readOptions(message.subarray(options, end));
  if (typeof found === 'string') return { rejection: found, next };
  return { connection: { ...head, ...addressesAt(message, at, addressBytes), ...found }, next };
}

function addressesAt(
  message: Uint8Array,
  record: number,
  size: number,
): Pick<SynchronisedConnection, 'client' | 'virtual' | 'destination'> {
  const at = record + Record1.sizeBytes;
  return {
    client: message.subarray(at, at + size),
    virtual: message.subarray(at + size, at + 2 * size),
    destination: message.subarray(at + 2 * size, at + 3 * size),
  };
}
