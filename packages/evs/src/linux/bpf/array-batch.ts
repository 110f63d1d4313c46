import { SystemCallError } from '../system-call.ts';
import { Attributes, tryBpf } from './command.ts';
import type { KernelMap } from './kernel-map.ts';
import { possibleCpuCount } from './possible-cpus.ts';

const ENOENT = -2;

/**
 * The first `count` values of a per-CPU array of 64-bit counters, each word summed over all CPUs: one system
 * call, where reading them one by one takes one for each.
 */
export function readCounters(map: KernelMap, count: number): BigUint64Array {
  const { name, value } = map.definition;
  const words = Math.ceil(value.sizeBytes / 8);
  const copies = possibleCpuCount();
  const values = new BigUint64Array(count * words * copies);
  const attributes = new Attributes(56)
    .pointer(8, Buffer.alloc(4)) // out_batch
    .pointer(16, Buffer.alloc(4 * count)) // keys
    .pointer(24, Buffer.from(values.buffer))
    .u32(32, count)
    .u32(36, map.fd);
  const result = tryBpf('MAP_LOOKUP_BATCH', attributes.bytes);
  attributes.keepAlive();
  // ENOENT says that the last entry was among them.
  if (result < 0 && result !== ENOENT) {
    throw new SystemCallError('bpf(BPF_MAP_LOOKUP_BATCH)', `map ${name}`, -result, {
      attempt: 'read',
    });
  }
  return summed(values, words, copies);
}

function summed(values: BigUint64Array, words: number, copies: number): BigUint64Array {
  const sums = new BigUint64Array(values.length / copies);
  for (let at = 0; at < sums.length; at += 1) {
    const first = Math.floor(at / words) * words * copies + (at % words);
    for (let copy = 0; copy < copies; copy += 1) {
      sums[at] = (sums[at] ?? 0n) + (values[first + copy * words] ?? 0n);
    }
  }
  return sums;
}
