import { errno } from '../errno.ts';
import type { Helper } from './helper.ts';

/** SKB_MAX_ALLOC of include/linux/skbuff.h: four pages less `struct skb_shared_info`. */
export const maxSocketBufferBytes = 4 * 4096 - 320;
const ethernetHeaderBytes = 14;
/** BPF_F_RECOMPUTE_CSUM and BPF_F_INVALIDATE_HASH. */
const storeFlags = 3;

export const storeBytes: Helper = {
  arguments: 5,
  run: (call) => {
    const buffer = call.socketBuffer();
    const [offset, length] = [call.unsigned(2), call.unsigned(4)];
    const source = call.bytes(3, length).slice();
    if ((call.unsigned(5) & ~storeFlags) !== 0) return -errno.EINVAL;
    if (offset + length > buffer.packet.length) return -errno.EFAULT;
    buffer.packet.bytes.set(source, offset);
    buffer.change();
    return 0;
  },
};

/** Copies a part of the packet; what cannot be had leaves zeros. */
export const loadBytes: Helper = {
  arguments: 4,
  run: (call) => {
    const { packet } = call.socketBuffer();
    const [offset, length] = [call.unsigned(2), call.unsigned(4)];
    const room = call.room(3, length);
    if (offset + length > packet.length) {
      room.fill(0);
      return -errno.EFAULT;
    }
    room.set(packet.bytes.subarray(offset, offset + length));
    return 0;
  },
};

/** Length 0 means what is linear already. */
export const pullData: Helper = {
  arguments: 2,
  run: (call) => {
    const buffer = call.socketBuffer();
    const wanted = call.unsigned(2);
    buffer.change();
    if (wanted > buffer.packet.length) return -errno.ENOMEM;
    buffer.packet.pull(wanted);
    return 0;
  },
};

/** Grows with zeros, or trims, at the end. */
export const changeTail: Helper = {
  arguments: 3,
  run: (call) => {
    const buffer = call.socketBuffer();
    const length = call.unsigned(2);
    if (!call.isZero(3) || length > maxSocketBufferBytes || length < ethernetHeaderBytes) {
      return -errno.EINVAL;
    }
    if (buffer.encapsulated) return -errno.ENOTSUPP;
    const bytes = new Uint8Array(length);
    bytes.set(buffer.packet.bytes.subarray(0, length));
    buffer.change(bytes);
    return 0;
  },
};
