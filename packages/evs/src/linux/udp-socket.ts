import { addressBytes, familyOf, formatIpAddress, type IpAddress } from '../packet/ip-address.ts';
import { nodeLoop, type Loop } from './event-loop.ts';
import { MessageReceiver, type ReceivedMessage } from './message-receiver.ts';
import { hostInt, Socket, type Received } from './socket.ts';
import { isErrno } from './system-call.ts';

const AF = { ipv4: 2, ipv6: 10 } as const;
const SOCK_DGRAM = 2;
/** Levels and options of ip(7), ipv6(7) and socket(7). */
const level = { socket: 1, ipv4: 0, ipv6: 41 } as const;
const socketOption = {
  reuseAddress: 2,
  sendBuffer: 7,
  receiveBuffer: 8,
  bindToDevice: 25,
} as const;
const headerOptions = {
  ipv4: { timeToLive: 2, service: 1, receiveTimeToLive: 12, receivedTimeToLive: 2 },
  ipv6: { timeToLive: 16, service: 67, receiveTimeToLive: 51, receivedTimeToLive: 52 },
} as const;
const SO_PRIORITY = 12;
const groupOptions = {
  ipv4: { interface: 32, hops: 33, loop: 34, join: 35 },
  ipv6: { interface: 17, hops: 18, loop: 19, join: 20 },
} as const;

/** Datagrams that are read in one go: others of the event loop shall have their turn in a flood. */
const mostAtOnce = 256;

/** A datagram's bytes are its receiver's to keep. Its TTL or hop limit is 0 unless `receiveTimeToLive` was called. */
export type OnDatagram = (bytes: Uint8Array, from: IpAddress, timeToLive: number) => void;

/**
 * A UDP socket for one device, or for a thread with a loop of its own, which Node's own are not for. Belongs to the
 * namespace of the thread that opened it.
 */
export class UdpSocket implements Disposable {
  readonly family: 'ipv4' | 'ipv6';
  readonly #socket: Socket;
  #poll: Disposable | undefined;
  #messages: MessageReceiver | undefined;

  /** Without a device: on all. */
  constructor(family: 'ipv4' | 'ipv6', device?: string) {
    this.family = family;
    const kind = { domain: AF[family], type: SOCK_DGRAM, protocol: 0, name: 'UDP socket' };
    this.#socket = new Socket(kind).setOption(level.socket, socketOption.reuseAddress, 1);
    if (device === undefined) return;
    this.#socket.setOption(level.socket, socketOption.bindToDevice, Buffer.from(`${device}\0`));
  }

  /** Of both buffers, in bytes. */
  bufferBytes(size: number): this {
    this.#socket
      .setOption(level.socket, socketOption.sendBuffer, size)
      .setOption(level.socket, socketOption.receiveBuffer, size);
    return this;
  }

  bind(address: IpAddress, port: number): this {
    this.#socket.bind(socketAddress(address, port));
    return this;
  }

  /** Hears this sender only. */
  connect(address: IpAddress, port: number): this {
    this.#socket.connect(socketAddress(address, port));
    return this;
  }

  /** TTL or hop limit of unicast datagrams. */
  timeToLive(hops: number): this {
    this.#socket.setOption(level[this.family], headerOptions[this.family].timeToLive, hops);
    return this;
  }

  /** Network control, 0xc0, in every datagram and in this host's queues. */
  networkControl(): this {
    const [control, queue] = [0xc0, 7];
    this.#socket
      .setOption(level[this.family], headerOptions[this.family].service, control)
      .setOption(level.socket, SO_PRIORITY, queue);
    return this;
  }

  /** Callbacks are told the TTL or hop limit that datagrams came with. */
  receiveTimeToLive(): this {
    this.#socket.setOption(level[this.family], headerOptions[this.family].receiveTimeToLive, 1);
    this.#messages = new MessageReceiver(this.#socket);
    return this;
  }

  /** Where and how far multicast is sent; this host does not hear it itself. */
  sendMulticast(ifindex: number, timeToLive: number): this {
    const { interface: device, hops, loop } = groupOptions[this.family];
    const on = level[this.family];
    this.#socket
      .setOption(on, device, this.family === 'ipv4' ? groupRequest(undefined, ifindex) : ifindex)
      .setOption(on, hops, timeToLive)
      .setOption(on, loop, 0);
    return this;
  }

  joinGroup(group: IpAddress, ifindex: number): this {
    const request =
      this.family === 'ipv4'
        ? groupRequest(group, ifindex)
        : Buffer.concat([addressBytes(group), hostInt(ifindex)]);
    this.#socket.setOption(level[this.family], groupOptions[this.family].join, request);
    return this;
  }

  send(bytes: Uint8Array, to: IpAddress, port: number, ifindex = 0): void {
    this.#socket.send(bytes, socketAddress(to, port, ifindex));
  }

  /** Calls back for each datagram as it comes, until this socket is disposed of. */
  watch(onDatagram: OnDatagram, loop: Loop = nodeLoop): this {
    this.#poll ??= loop.readable(this.#socket.fd, () => {
      for (let count = 0; count < mostAtOnce; count++) {
        const next = this.#receive();
        if (next === undefined) return;
        onDatagram(Uint8Array.from(next.bytes), addressOfSocket(next.from), next.timeToLive);
      }
    });
    return this;
  }

  /** That nobody listened where we sent something is said once, in place of a datagram. */
  #receive(): (Received & { readonly timeToLive: number }) | undefined {
    try {
      const message = this.#messages?.receive();
      if (message !== undefined) return { ...message, timeToLive: this.#hopsOf(message) };
      const received = this.#messages === undefined ? this.#socket.receive() : undefined;
      return received && { ...received, timeToLive: 0 };
    } catch (error) {
      if (isErrno(error, 'ECONNREFUSED')) return undefined;
      throw error;
    }
  }

  #hopsOf(message: ReceivedMessage): number {
    const { receivedTimeToLive } = headerOptions[this.family];
    return message.control(level[this.family], receivedTimeToLive)?.readInt32LE(0) ?? 0;
  }

  [Symbol.dispose](): void {
    this.#poll?.[Symbol.dispose]();
    this.#socket[Symbol.dispose]();
  }
}

/** `struct ip_mreqn`. */
function groupRequest(group: IpAddress | undefined, ifindex: number): Buffer {
  const request = Buffer.alloc(12);
  if (group !== undefined) request.set(addressBytes(group), 0);
  request.writeInt32LE(ifindex, 8);
  return request;
}

/** `struct sockaddr_in` or `sockaddr_in6`. */
function socketAddress(address: IpAddress, port: number, ifindex = 0): Buffer {
  const bytes = addressBytes(address);
  const family = familyOf(address);
  const socket = Buffer.alloc(family === 'ipv4' ? 16 : 28);
  socket.writeUInt16LE(AF[family], 0);
  socket.writeUInt16BE(port, 2);
  socket.set(bytes, family === 'ipv4' ? 4 : 8);
  if (family === 'ipv6') socket.writeUInt32LE(ifindex, 24);
  return socket;
}

function addressOfSocket(socket: Buffer): IpAddress {
  const isIpv4 = socket.readUInt16LE(0) === AF.ipv4;
  return formatIpAddress(isIpv4 ? socket.subarray(4, 8) : socket.subarray(8, 24));
}
