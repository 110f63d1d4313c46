import { addressOf, errno, libc } from './libc.ts';
import type { Socket } from './socket.ts';
import { SystemCallError } from './system-call.ts';

const EAGAIN = 11;
const EINTR = 4;
/** Offsets in `struct msghdr` and `struct iovec` of a 64-bit system. */
const header = {
  bytes: 56,
  name: 0,
  nameSize: 8,
  vectors: 16,
  vectorCount: 24,
  control: 32,
  controlSize: 40,
} as const;
/** `struct cmsghdr`: size_t length, int level, int type. */
const controlHeaderBytes = 16;

/** A datagram with what the kernel says about it; valid until the next one. */
export interface ReceivedMessage {
  readonly bytes: Buffer;
  readonly from: Buffer;
  /** Ancillary data of this level and type. */
  control(level: number, type: number): Buffer | undefined;
}

/** Receives datagrams with their ancillary data. recvmsg(2), cmsg(3). */
export class MessageReceiver {
  readonly #socket: Socket;
  // As large as these are, they do not move: the kernel is given their addresses.
  readonly #from = Buffer.alloc(128);
  readonly #bytes = Buffer.alloc(65_536);
  readonly #control = Buffer.alloc(512);
  readonly #vector = Buffer.alloc(128);
  readonly #header = Buffer.alloc(128);

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#vector.writeBigUInt64LE(addressOf(this.#bytes), 0);
    this.#vector.writeBigUInt64LE(BigInt(this.#bytes.length), 8);
    this.#header.writeBigUInt64LE(addressOf(this.#from), header.name);
    this.#header.writeBigUInt64LE(addressOf(this.#vector), header.vectors);
    this.#header.writeBigUInt64LE(1n, header.vectorCount);
    this.#header.writeBigUInt64LE(addressOf(this.#control), header.control);
  }

  /** The next datagram; undefined if none waits. */
  receive(): ReceivedMessage | undefined {
    for (;;) {
      this.#header.writeUInt32LE(this.#from.length, header.nameSize);
      this.#header.writeBigUInt64LE(BigInt(this.#control.length), header.controlSize);
      const size = Number(libc.recvmsg(this.#socket.fd, this.#header, 0));
      if (size >= 0) return this.#message(size);
      if (errno() === EAGAIN) return undefined;
      if (errno() !== EINTR) {
        throw new SystemCallError('recvmsg', `the ${this.#socket.name}`, errno(), {
          attempt: 'receive on',
        });
      }
    }
  }

  #message(size: number): ReceivedMessage {
    const controlSize = Number(this.#header.readBigUInt64LE(header.controlSize));
    return {
      bytes: this.#bytes.subarray(0, size),
      from: this.#from.subarray(0, this.#header.readUInt32LE(header.nameSize)),
      control: (level, type) => find(this.#control.subarray(0, controlSize), level, type),
    };
  }
}

function find(control: Buffer, level: number, type: number): Buffer | undefined {
  for (let at = 0; at + controlHeaderBytes <= control.length;) {
    const length = Number(control.readBigUInt64LE(at));
    if (length < controlHeaderBytes || at + length > control.length) return undefined;
    const isIt = control.readInt32LE(at + 8) === level && control.readInt32LE(at + 12) === type;
    if (isIt) return control.subarray(at + controlHeaderBytes, at + length);
    at += (length + 7) & ~7;
  }
  return undefined;
}
