import type { Word } from '../cpu.ts';
import type { Helper } from './helper.ts';

const wordOf = (value: bigint): Word => ({
  low: Number(BigInt.asIntN(32, value)),
  high: Number(BigInt.asIntN(32, value >> 32n)),
});

export const ktimeNs: Helper = {
  arguments: 0,
  run: (call) => wordOf(call.environment.ktimeNs()),
};

export const jiffies: Helper = {
  arguments: 0,
  run: (call) => wordOf(call.environment.jiffies()),
};

export const random: Helper = {
  arguments: 0,
  run: (call) => ({ low: call.environment.random() | 0, high: 0 }),
};

export const processor: Helper = {
  arguments: 0,
  run: (call) => call.environment.processor,
};

export const networkNamespaceCookie: Helper = {
  arguments: 1,
  run: (call) => wordOf(call.environment.networkNamespaceCookie),
};
