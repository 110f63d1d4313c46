import { pollReadable, type Poll } from './poll.ts';
import { Socket } from './socket.ts';

const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOL_PACKET = 263;
const PACKET_IGNORE_OUTGOING = 23;
/** ETH_P_ of include/uapi/linux/if_ether.h. */
export const etherType = { all: 0x0003, ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;

/** Which frames to receive. */
export interface PacketSocketOptions {
  /** A number of `etherType`; 0, the default, receives nothing and only sends. */
  readonly protocol?: number;
  /** Leave out what this host sends. */
  readonly incomingOnly?: boolean;
}

/** Sends and receives whole Ethernet frames on one device. packet(7). */
export class PacketSocket implements Disposable {
  readonly #socket: Socket;
  readonly #address: Buffer;
  #poll: Poll | undefined;

  /** The device is one of this thread's namespace. */
  constructor(ifindex: number, options: PacketSocketOptions = {}) {
    // Opened for no protocol, so that nothing of other devices comes in before the bind.
    this.#socket = new Socket({
      domain: AF_PACKET,
      type: SOCK_RAW,
      protocol: 0,
      name: 'packet socket',
    });
    if (options.incomingOnly === true) {
      this.#socket.setOption(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
    }
    this.#address = linkLayerAddress(ifindex, options.protocol ?? 0);
    this.#socket.bind(this.#address);
  }

  /** Sends a frame, with its Ethernet header. */
  send(frame: Uint8Array): void {
    this.#socket.send(frame, this.#address);
  }

  /** The next frame that waits. */
  receive(): Uint8Array | undefined {
    const received = this.#socket.receive();
    return received && Uint8Array.from(received.bytes);
  }

  /** Calls back for each frame as it comes, until this socket is disposed of. */
  watch(onFrame: (frame: Uint8Array) => void): Poll {
    this.#poll ??= pollReadable(this.#socket.fd, () => {
      for (let frame = this.receive(); frame !== undefined; frame = this.receive()) onFrame(frame);
    });
    return this.#poll;
  }

  [Symbol.dispose](): void {
    this.#poll?.[Symbol.dispose]();
    this.#socket[Symbol.dispose]();
  }
}

/** Shows every frame that a device receives or sends, until the result is disposed of. */
export function capture(ifindex: number, onFrame: (frame: Uint8Array) => void): PacketSocket {
  const socket = new PacketSocket(ifindex, { protocol: etherType.all });
  socket.watch(onFrame);
  return socket;
}

/** `struct sockaddr_ll` of include/uapi/linux/if_packet.h. */
function linkLayerAddress(ifindex: number, protocol: number): Buffer {
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(protocol, 2);
  address.writeInt32LE(ifindex, 4);
  address[11] = 6; // Length of a hardware address
  return address;
}
