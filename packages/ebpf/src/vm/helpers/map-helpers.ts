import { errno } from '../errno.ts';
import { VmDeviceMap } from '../maps/device-map.ts';
import { VmRingBuffer } from '../maps/ring-buffer.ts';
import { Violation } from '../memory/violation.ts';
import type { Helper } from './helper.ts';

const flagsOf = (low: number, high: number): number => (high === 0 ? low >>> 0 : 0xffff_ffff);

export const mapLookup: Helper = {
  arguments: 2,
  run: (call) => {
    const map = call.map(1);
    return map.lookup(call.bytes(2, map.definition.key.sizeBytes), call.environment.processor);
  },
};

export const mapUpdate: Helper = {
  arguments: 4,
  run: (call) => {
    const map = call.map(1);
    if (map instanceof VmDeviceMap) throw new Violation('programs cannot write to a device map');
    const { key, value } = map.definition;
    const flags = call.word(4);
    return map.put(
      call.bytes(2, key.sizeBytes),
      call.bytes(3, value.sizeBytes),
      flagsOf(flags.low, flags.high),
      call.environment.processor,
    );
  },
};

export const mapDelete: Helper = {
  arguments: 2,
  run: (call) => {
    const map = call.map(1);
    return map.erase(call.bytes(2, map.definition.key.sizeBytes));
  },
};

/** Wake-up flags are taken and ignored: BPF_RB_NO_WAKEUP and BPF_RB_FORCE_WAKEUP. */
export const ringBufferOutput: Helper = {
  arguments: 4,
  run: (call) => {
    const map = call.map(1);
    if (!(map instanceof VmRingBuffer)) throw new Violation('argument 1 is not a ring buffer');
    const record = call.bytes(2, call.unsigned(3));
    return (call.unsigned(4) & ~3) === 0 ? map.output(record) : -errno.EINVAL;
  },
};
