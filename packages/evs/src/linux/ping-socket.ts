import { familyOf, type IpAddress } from '../packet/ip-address.ts';
import { pollReadable, type Poll } from './poll.ts';
import { AF, socketAddress } from './socket-address.ts';
import { originate, type SocketOrigin } from './socket-origin.ts';
import { Socket } from './socket.ts';

const SOCK_RAW = 3;
const protocols = { ipv4: 1, ipv6: 58 } as const;

/** Sends ICMP messages to one address, and receives the echo replies that come from there. raw(7), icmp(7). */
export class PingSocket implements Disposable {
  readonly #socket: Socket;
  readonly #family: 'ipv4' | 'ipv6';
  #poll: Poll | undefined;

  constructor(to: IpAddress, source?: SocketOrigin) {
    this.#family = familyOf(to);
    const protocol = protocols[this.#family];
    const kind = { domain: AF[this.#family], type: SOCK_RAW, protocol, name: 'ICMP socket' };
    this.#socket = new Socket(kind, 2048);
    this.#onlyReplies();
    try {
      originate(this.#socket.fd, to, source);
    } catch (error) {
      this.#socket[Symbol.dispose]();
      throw error;
    }
    this.#socket.connect(socketAddress(to));
  }

  send(message: Uint8Array): void {
    this.#socket.send(message);
  }

  /** Calls back with each echo reply, without its IP header. */
  watch(onReply: (message: Uint8Array) => void): void {
    this.#poll ??= pollReadable(this.#socket.fd, () => {
      for (let next = this.#socket.receive(); next !== undefined; next = this.#socket.receive()) {
        const skip = this.#family === 'ipv4' ? ((next.bytes[0] ?? 0) & 15) * 4 : 0;
        onReply(Uint8Array.from(next.bytes.subarray(skip)));
      }
    });
  }

  /** The kernel holds back what has its bit set: by type, 0 and 129 are the replies. */
  #onlyReplies(): void {
    const mask = Buffer.alloc(this.#family === 'ipv4' ? 4 : 32, 0xff);
    const type = this.#family === 'ipv4' ? 0 : 129;
    const word = (type >> 5) * 4;
    mask.writeUInt32LE((0xffff_ffff & ~(1 << (type & 31))) >>> 0, word);
    const [level, option] = this.#family === 'ipv4' ? [255, 1] : [58, 1];
    this.#socket.setOption(level, option, mask);
  }

  [Symbol.dispose](): void {
    this.#poll?.[Symbol.dispose]();
    this.#socket[Symbol.dispose]();
  }
}
