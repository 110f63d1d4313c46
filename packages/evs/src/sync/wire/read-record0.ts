import { SynchronisedFlag } from '../../director/index.ts';
import { checkRecord } from './check-record.ts';
import { Record0, Sequences0 } from './layouts.ts';
import type { ReadRecord } from './read-message.ts';

/** Reads a record of version 0, as the kernel's senders with `sync_version` 0 write it. */
export function readRecord0(message: Uint8Array, at: number): ReadRecord {
  if (at + Record0.sizeBytes > message.length) return { rejection: 'cut short', next: undefined };
  const { zero: _, ...head } = Record0.decode(message, at);
  const hasSequences = (head.flags & SynchronisedFlag.sequences) !== 0;
  const end = at + Record0.sizeBytes;
  const next = end + (hasSequences ? Sequences0.sizeBytes : 0);
  if (next > message.length) return { rejection: 'cut short', next: undefined };
  const rejection = checkRecord(head);
  if (rejection !== undefined) return { rejection, next };
  const connection = {
    ...head,
    client: message.subarray(at + 8, at + 12),
    virtual: message.subarray(at + 12, at + 16),
    destination: message.subarray(at + 16, at + 20),
    mark: 0,
    timeoutSeconds: undefined,
    ...(hasSequences && { sequences: Object.values(Sequences0.decode(message, end)) }),
  };
  return { connection, next };
}
