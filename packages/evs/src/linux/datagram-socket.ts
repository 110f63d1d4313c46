import { familyOf, type IpAddress } from '../packet/ip-address.ts';
import { pollReadable, type Poll } from './poll.ts';
import { AF, socketAddress } from './socket-address.ts';
import { originate, type SocketOrigin } from './socket-origin.ts';
import { Socket } from './socket.ts';
import { SystemCallError } from './system-call.ts';

const SOCK_DGRAM = 2;

/** Sends datagrams to one address and port, and receives what comes from there, ICMP errors included. udp(7). */
export class DatagramSocket implements Disposable {
  readonly #socket: Socket;
  #poll: Poll | undefined;

  constructor(to: IpAddress, port: number, origin?: SocketOrigin) {
    const kind = { domain: AF[familyOf(to)], type: SOCK_DGRAM, protocol: 0, name: 'UDP socket' };
    this.#socket = new Socket(kind);
    try {
      originate(this.#socket.fd, to, origin);
    } catch (error) {
      this.#socket[Symbol.dispose]();
      throw error;
    }
    this.#socket.connect(socketAddress(to, port));
  }

  send(bytes: Uint8Array): void {
    this.#socket.send(bytes);
  }

  /** Calls back with each datagram, which is its receiver's to keep, or with what the network says in place of one. */
  watch(onDatagram: (bytes: Buffer) => void, onError: (error: SystemCallError) => void): void {
    this.#poll ??= pollReadable(this.#socket.fd, () => {
      try {
        for (let next = this.#socket.receive(); next !== undefined; next = this.#socket.receive()) {
          onDatagram(Buffer.from(next.bytes));
        }
      } catch (error) {
        if (!(error instanceof SystemCallError)) throw error;
        onError(error);
      }
    });
  }

  [Symbol.dispose](): void {
    this.#poll?.[Symbol.dispose]();
    this.#socket[Symbol.dispose]();
  }
}
