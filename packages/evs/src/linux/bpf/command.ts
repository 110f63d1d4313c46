import { addressOf, errno, libc } from '../libc.ts';
import { SystemCallError, type SystemCallErrorOptions } from '../system-call.ts';

/** Number of bpf(2): include/uapi/asm-generic/unistd.h and arch/x86/entry/syscalls/syscall_64.tbl. */
const bpfCall = process.arch === 'x64' ? 321 : 280;

/** Commands of bpf(2), `enum bpf_cmd` in include/uapi/linux/bpf.h. */
const command = {
  MAP_CREATE: 0,
  MAP_LOOKUP_ELEM: 1,
  MAP_UPDATE_ELEM: 2,
  MAP_DELETE_ELEM: 3,
  MAP_GET_NEXT_KEY: 4,
  PROG_LOAD: 5,
  OBJ_PIN: 6,
  OBJ_GET: 7,
  PROG_TEST_RUN: 10,
  PROG_GET_FD_BY_ID: 13,
  OBJ_GET_INFO_BY_FD: 15,
  PROG_QUERY: 16,
  BTF_LOAD: 18,
  MAP_LOOKUP_BATCH: 24,
  LINK_CREATE: 28,
  LINK_UPDATE: 29,
  LINK_DETACH: 34,
} as const;
export type Command = keyof typeof command;

/** Makes the call; its result, or minus errno. Nothing is allocated, so it suits the fast paths. */
export function tryBpf(name: Command, attributes: Uint8Array): number {
  const result = Number(libc.syscall(bpfCall, command[name], attributes, attributes.length));
  return result < 0 ? -errno() : result;
}

/** Makes the call and throws SystemCallError if it fails. */
export function bpf(
  name: Command,
  attributes: Attributes,
  on: string,
  options?: SystemCallErrorOptions,
): number {
  const result = tryBpf(name, attributes.bytes);
  attributes.keepAlive();
  if (result < 0) throw new SystemCallError(`bpf(BPF_${name})`, on, -result, options);
  return result;
}

/** `union bpf_attr` under construction. Fields are named in a comment where they are set. */
export class Attributes {
  readonly bytes: Buffer;
  readonly #referenced: Uint8Array[] = [];

  constructor(sizeBytes: number) {
    this.bytes = Buffer.alloc(sizeBytes);
  }

  u32(at: number, value: number): this {
    this.bytes.writeUInt32LE(value >>> 0, at);
    return this;
  }

  /** Writes the address of a buffer, and holds the buffer as long as this object lives. */
  pointer(at: number, memory: Uint8Array): this {
    this.#referenced.push(memory);
    this.bytes.writeBigUInt64LE(memory.length === 0 ? 0n : addressOf(memory), at);
    return this;
  }

  /** Writes a name of at most 15 characters; what is longer is cut. */
  name(at: number, text: string): this {
    this.bytes.write(text.slice(0, 15).replaceAll(/[^\w.]/g, '_'), at, 'latin1');
    return this;
  }

  /** To be called after the system call: the garbage collector does not see addresses. */
  keepAlive(): number {
    return this.#referenced.length;
  }
}

/** A string as C wants it: its bytes and a zero. */
export const cString = (text: string): Buffer => Buffer.from(`${text}\0`);
