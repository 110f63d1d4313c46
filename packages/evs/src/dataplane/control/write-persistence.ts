import type { AddressFamily, Persistence } from '../../director/model.ts';
import { addressBytes } from '../../packet/index.ts';
import type { ServiceRecord } from './registry.ts';

/** Tells programs how long a service keeps which clients; templates that exist keep the time they were made with. */
export function writePersistence(
  record: ServiceRecord,
  family: AddressFamily,
  persistence: Persistence,
  ticksPerSecond: number,
): void {
  record.setU32('persistenceTimeout', persistence.timeoutSeconds * ticksPerSecond);
  record.setU32('templateMask', maskWord(persistence.mask, family));
}

/** See `ServiceSlot.templateMask`. */
function maskWord(mask: Persistence['mask'], family: AddressFamily): number {
  if (typeof mask === 'number' && family === 'ipv6') return mask;
  const bytes = typeof mask === 'number' ? leadingBits(mask) : addressBytes(mask);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

function leadingBits(count: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, 0xffff_ffff * 2 ** (32 - count));
  return bytes;
}
