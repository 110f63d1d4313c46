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

/** By halves: arithmetic of BigInts would take longer than the system call. */
function summed(values: BigUint64Array, words: number, copies: number): BigUint64Array {
  const sums = new BigUint64Array(values.length / copies);
  const [from, to] = [new Uint32Array(values.buffer), new Uint32Array(sums.buffer)];
  for (let at = 0; at < sums.length; at += 1) {
    const first = Math.floor(at / words) * words * copies + (at % words);
    let [low, high] = [0, 0];
    for (let copy = 0; copy < copies; copy += 1) {
      const place = 2 * (first + copy * words);
      low += from[place] ?? 0;
      high += from[place + 1] ?? 0;
    }
    to[2 * at] = low;
    to[2 * at + 1] = high + Math.floor(low / 2 ** 32);
  }
  return sums;
}
