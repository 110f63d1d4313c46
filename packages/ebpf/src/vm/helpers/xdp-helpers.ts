import { errno } from '../errno.ts';
import type { Helper } from './helper.ts';

export const adjustHead: Helper = {
  arguments: 2,
  run: (call) => (call.xdp().moveStart(call.signed(2)) ? 0 : -errno.EINVAL),
};

export const adjustTail: Helper = {
  arguments: 2,
  run: (call) => (call.xdp().moveEnd(call.signed(2)) ? 0 : -errno.EINVAL),
};
