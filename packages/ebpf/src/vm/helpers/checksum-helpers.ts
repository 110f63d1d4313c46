import { errno } from '../errno.ts';
import type { SocketBuffer } from '../packet/socket-buffer.ts';
import { addOnes, checksumOf, foldOnes, subtractOnes, sumOnes } from './checksum.ts';
import type { HelperCall } from './helper-call.ts';
import type { Helper } from './helper.ts';

/** Flags of bpf_l4_csum_replace; the lowest four bits are the size of the field that changed. */
const sizeMask = 0x0f;
const flag = { pseudoHeader: 0x10, markMangledZero: 0x20, enforce: 0x40 } as const;
const maxOffset = 0xffff;

/** The checksum field at an offset, writable; every pointer into the packet dies. */
function checksumField(buffer: SocketBuffer, offset: number): DataView | undefined {
  const { bytes } = buffer.packet;
  if (offset > maxOffset || offset % 2 !== 0 || offset + 2 > bytes.length) return undefined;
  buffer.change();
  return new DataView(bytes.buffer, bytes.byteOffset + offset, 2);
}

/** What becomes of a field; without `from`, `to` is a difference. */
interface Change {
  readonly from?: number;
  readonly to: number;
}

/** Undefined if the helper refuses it. */
function changeOf(call: HelperCall, size: number): Change | undefined {
  if (size === 0) return call.isZero(3) ? { to: call.unsigned(4) } : undefined;
  if (size === 2) return { from: call.unsigned(3) & 0xffff, to: call.unsigned(4) & 0xffff };
  return size === 4 ? { from: call.unsigned(3), to: call.unsigned(4) } : undefined;
}

/** A sum after the change. */
const changed = (sum: number, { from, to }: Change): number =>
  addOnes(from === undefined ? sum : subtractOnes(sum, from), to);

/** bpf_l3_csum_replace, RFC 1624. A difference (size 0) is added without taking anything away. */
export const l3ChecksumReplace: Helper = {
  arguments: 5,
  run: (call) => {
    const buffer = call.socketBuffer();
    const flags = call.unsigned(5);
    if ((flags & ~sizeMask) !== 0) return -errno.EINVAL;
    const field = checksumField(buffer, call.unsigned(2));
    if (field === undefined) return -errno.EFAULT;
    const change = changeOf(call, flags);
    if (change === undefined) return -errno.EINVAL;
    field.setUint16(0, replaced(field.getUint16(0, true), change, flags), true);
    return 0;
  },
};

function replaced(checksum: number, change: Change, size: number): number {
  if (size !== 2 || change.from === undefined) return checksumOf(changed(~checksum, change));
  // Two bytes keep to 16-bit arithmetic, as csum_replace2() does: it yields 0 where 32 bits yield 0xffff.
  return ~add16(add16(~checksum & 0xffff, ~change.from & 0xffff), change.to) & 0xffff;
}

const add16 = (a: number, b: number): number => foldOnes(a + b);

/** bpf_l4_csum_replace. A partial checksum covers the pseudo-header only, so nothing else changes it. */
export const l4ChecksumReplace: Helper = {
  arguments: 5,
  run: (call) => {
    const buffer = call.socketBuffer();
    const flags = call.unsigned(5);
    const known = sizeMask | flag.pseudoHeader | flag.markMangledZero | flag.enforce;
    if ((flags & ~known) !== 0) return -errno.EINVAL;
    const field = checksumField(buffer, call.unsigned(2));
    if (field === undefined) return -errno.EFAULT;
    const old = field.getUint16(0, true);
    const mangles = (flags & flag.markMangledZero) !== 0;
    if (mangles && (flags & flag.enforce) === 0 && old === 0) return 0;
    const change = changeOf(call, flags & sizeMask);
    if (change === undefined) return -errno.EINVAL;
    const result = transportChecksum(old, change, {
      partial: buffer.partialChecksum,
      pseudoHeader: (flags & flag.pseudoHeader) !== 0,
    });
    field.setUint16(0, mangles && result === 0 ? 0xffff : result, true);
    return 0;
  },
};

function transportChecksum(
  old: number,
  change: Change,
  is: { readonly partial: boolean; readonly pseudoHeader: boolean },
): number {
  if (!is.partial) return checksumOf(changed(~old, change));
  return is.pseudoHeader ? foldOnes(changed(old, change)) : old;
}

/** bpf_csum_diff, folded to 16 bits as Linux 6.13 and later do; older ones leave 32 bits to fold. */
export const checksumDifference: Helper = {
  arguments: 5,
  run: (call) => {
    const [fromSize, toSize, seed] = [call.unsigned(2), call.unsigned(4), call.unsigned(5)];
    if (((fromSize | toSize) & 3) !== 0) return -errno.EINVAL;
    if (fromSize === 0) return foldOnes(toSize === 0 ? seed : sumOnes(call.bytes(3, toSize), seed));
    const from = call.bytes(1, fromSize);
    // The two ways differ in whether no difference is 0 or 0xffff.
    if (toSize === 0) return foldOnes(~sumOnes(from, ~seed));
    return foldOnes(subtractOnes(sumOnes(call.bytes(3, toSize), seed), sumOnes(from, 0)));
  },
};
