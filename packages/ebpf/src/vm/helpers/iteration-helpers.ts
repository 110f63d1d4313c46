import { errno } from '../errno.ts';
import type { Helper } from './helper.ts';

/** BPF_MAX_LOOPS of include/linux/bpf.h. */
const maxLoops = 8 << 20;

/** bpf_loop: calls back with 0, 1, … until the callback returns something else than 0. */
export const loop: Helper = {
  arguments: 4,
  run: (call) => {
    const count = call.unsigned(1);
    const callback = call.callback(2);
    const context = call.word(3);
    if (!call.isZero(4)) return -errno.EINVAL;
    if (count > maxLoops) return -errno.E2BIG;
    for (let index = 0; index < count; index++) {
      const result = callback(index, context);
      if (result.low !== 0 || result.high !== 0) return index + 1;
    }
    return count;
  },
};

/** bpf_for_each_map_elem: the entries there are when it starts, less those deleted before their turn. */
export const forEachMapElement: Helper = {
  arguments: 4,
  run: (call) => {
    const map = call.map(1);
    const callback = call.callback(2);
    const context = call.word(3);
    if (!call.isZero(4)) return -errno.EINVAL;
    const { processor } = call.environment;
    let visited = 0;
    for (const entry of map.all()) {
      const value = map.valueOf(entry, processor);
      if (value === undefined || map.find(entry.key.bytes) !== entry) continue;
      visited += 1;
      const result = callback(map.reference, entry.key, value, context);
      if (result.low !== 0 || result.high !== 0) break;
    }
    return visited;
  },
};
