import { Attributes, bpf } from './command.ts';

const logBytes = 65_536;

/** Loads type information into the kernel; close the descriptor once a map or program uses it. */
export function loadBtf(blob: Uint8Array, on: string): number {
  const log = Buffer.alloc(logBytes);
  const attributes = new Attributes(32)
    .pointer(0, blob) // btf
    .pointer(8, log) // btf_log_buf
    .u32(16, blob.length) // btf_size
    .u32(20, log.length) // btf_log_size
    .u32(24, 1); // btf_log_level
  return bpf('BTF_LOAD', attributes, `the types of ${on}`, { attempt: 'load' });
}
