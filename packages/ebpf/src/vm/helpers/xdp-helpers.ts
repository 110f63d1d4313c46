import { errno } from '../errno.ts';
import type { Helper } from './helper.ts';

/** bpf_xdp_pointer() of net/core/filter.c. */
const maximumOffset = 0xffff;

export const adjustHead: Helper = {
  arguments: 2,
  run: (call) => (call.xdp().moveStart(call.signed(2)) ? 0 : -errno.EINVAL),
};

export const adjustTail: Helper = {
  arguments: 2,
  run: (call) => (call.xdp().moveEnd(call.signed(2)) ? 0 : -errno.EINVAL),
};

/** Copies a part of the packet. */
export const xdpLoadBytes: Helper = {
  arguments: 4,
  run: (call) => {
    const { packet } = call.xdp();
    const [offset, length] = [call.unsigned(2), call.unsigned(4)];
    const room = call.room(3, length);
    if (offset > maximumOffset || length > maximumOffset) return -errno.EFAULT;
    if (offset + length > packet.length) return -errno.EINVAL;
    room.set(packet.bytes.subarray(offset, offset + length));
    return 0;
  },
};
