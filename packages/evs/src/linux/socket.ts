import { errno, libc } from './libc.ts';
import { checked, SystemCallError } from './system-call.ts';

const SOCK_CLOEXEC = 0x8_0000;
const SOCK_NONBLOCK = 0x800;
const EAGAIN = 11;
const EINTR = 4;
const MSG_TRUNC = 0x20;

/** What kind of socket to open, in the numbers of socket(2). */
export interface SocketKind {
  readonly domain: number;
  readonly type: number;
  readonly protocol: number;
  /** For messages: `packet socket`. */
  readonly name: string;
  readonly blocking?: boolean;
}

/** A message and the raw `sockaddr` that it came from. */
export interface Received {
  readonly bytes: Buffer;
  readonly from: Buffer;
}

/** A socket of a kind that Node has no API for. Belongs to the namespace of the thread that opened it. */
export class Socket implements Disposable {
  readonly fd: number;
  readonly name: string;
  readonly #buffer: Buffer;
  readonly #address = Buffer.alloc(128);
  readonly #addressSize = Buffer.alloc(4);
  #open = true;

  constructor(kind: SocketKind, bufferBytes = 65_536) {
    const type = kind.type | SOCK_CLOEXEC | (kind.blocking === true ? 0 : SOCK_NONBLOCK);
    this.fd = checked(libc.socket(kind.domain, type, kind.protocol), 'socket', `a ${kind.name}`, {
      attempt: 'open',
    });
    this.name = kind.name;
    this.#buffer = Buffer.alloc(bufferBytes);
  }

  /** Binds to a raw `sockaddr`; closes the socket if that fails. */
  bind(address: Uint8Array): this {
    return this.#orClose(libc.bind(this.fd, address, address.length), 'bind');
  }

  /** Sends to and receives from this raw `sockaddr` only; closes the socket if that fails. */
  connect(address: Uint8Array): this {
    return this.#orClose(libc.connect(this.fd, address, address.length), 'connect');
  }

  /** Sets an option of setsockopt(2); closes the socket if that fails. */
  setOption(level: number, option: number, value: Uint8Array | number): this {
    const bytes = typeof value === 'number' ? hostInt(value) : value;
    return this.#orClose(
      libc.setsockopt(this.fd, level, option, bytes, bytes.length),
      `setsockopt(${level}, ${option})`,
    );
  }

  /** Value of an option of `sizeBytes`. */
  getOption(level: number, option: number, sizeBytes = 4): Buffer {
    const value = Buffer.alloc(sizeBytes);
    const size = hostInt(value.length);
    checked(
      libc.getsockopt(this.fd, level, option, value, size),
      `getsockopt(${level}, ${option})`,
      `the ${this.name}`,
    );
    return value.subarray(0, size.readUInt32LE(0));
  }

  send(bytes: Uint8Array, to: Uint8Array | null = null): void {
    checked(
      libc.sendto(this.fd, bytes, bytes.length, 0, to, to?.length ?? 0),
      'sendto',
      `the ${this.name}`,
      { attempt: 'send on' },
    );
  }

  /** The next message, valid until the next call; undefined if none waits. Longer ones are cut. */
  receive(): Received | undefined {
    const size = this.#receiveInto(0);
    if (size === undefined) return undefined;
    return {
      bytes: this.#buffer.subarray(0, Math.min(size, this.#buffer.length)),
      from: this.#address.subarray(0, this.#addressSize.readUInt32LE(0)),
    };
  }

  /** As receive(), but never cuts: looks at the size first, and makes room. For netlink. */
  receiveWhole(): Buffer | undefined {
    const MSG_PEEK = 2;
    const peeked = this.#receiveInto(MSG_PEEK | MSG_TRUNC);
    if (peeked === undefined) return undefined;
    const message = Buffer.alloc(peeked);
    const size = this.#receiveInto(0, message);
    return size === undefined ? undefined : message.subarray(0, size);
  }

  [Symbol.dispose](): void {
    if (this.#open) libc.close(this.fd);
    this.#open = false;
  }

  #receiveInto(flags: number, into: Buffer = this.#buffer): number | undefined {
    for (;;) {
      this.#addressSize.writeUInt32LE(this.#address.length, 0);
      const size = Number(
        libc.recvfrom(this.fd, into, into.length, flags, this.#address, this.#addressSize),
      );
      if (size >= 0) return size;
      const error = errno();
      if (error === EAGAIN) return undefined;
      if (error !== EINTR) {
        throw new SystemCallError('recvfrom', `the ${this.name}`, error, {
          attempt: 'receive on',
        });
      }
    }
  }

  #orClose(result: number, call: string): this {
    if (result >= 0) return this;
    const error = new SystemCallError(call, `the ${this.name}`, errno());
    this[Symbol.dispose]();
    throw error;
  }
}

/** An `int` in host order, as most socket options are. */
export function hostInt(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value | 0);
  return bytes;
}
