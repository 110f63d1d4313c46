import { Attributes, bpf } from './command.ts';
import type { KernelMap } from './kernel-map.ts';

/**
 * Puts a map into an array of maps. Slow, 11 ms and more: the kernel waits until no program uses the map that was
 * there before (an RCU grace period).
 */
export function setInnerMap(outer: KernelMap, index: number, inner: { readonly fd: number }): void {
  const key = Buffer.alloc(4);
  key.writeUInt32LE(index);
  const value = Buffer.alloc(4);
  value.writeUInt32LE(inner.fd);
  const attributes = new Attributes(32).u32(0, outer.fd).pointer(8, key).pointer(16, value);
  bpf('MAP_UPDATE_ELEM', attributes, `map ${outer.definition.name}`, {
    attempt: `set entry ${index} of`,
  });
}
