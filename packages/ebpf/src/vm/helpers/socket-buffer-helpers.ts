import { errno } from '../errno.ts';
import { concatenate } from '../packet/packet-bytes.ts';
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

const ipHeaderBytes: Readonly<Record<number, number>> = { 0x0800: 20, 0x86dd: 40 };

/** bpf_skb_change_proto: IPv4 becomes IPv6 or the reverse, by as many bytes as their headers differ. */
export const changeProtocol: Helper = {
  arguments: 3,
  run: (call) => {
    const buffer = call.socketBuffer();
    const wanted = call.unsigned(2);
    const etherType = ((wanted & 0xff) << 8) | ((wanted >> 8) & 0xff);
    const [before, after] = [ipHeaderBytes[buffer.protocol], ipHeaderBytes[etherType]];
    if (!call.isZero(3)) return -errno.EINVAL;
    if (before === undefined || after === undefined || before === after) return -errno.ENOTSUPP;
    const old = buffer.packet.bytes;
    const at = ethernetHeaderBytes;
    const rest = before > after ? old.subarray(at + before - after) : old.subarray(at);
    const room = new Uint8Array(Math.max(0, after - before));
    buffer.protocol = etherType;
    buffer.change(concatenate(old.subarray(0, at), room, rest));
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
