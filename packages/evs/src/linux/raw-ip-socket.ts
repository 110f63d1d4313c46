import { addressBytes, formatIpAddress, type IpAddress } from '../packet/ip-address.ts';
import { MessageReceiver } from './message-receiver.ts';
import { pollReadable, type Poll } from './poll.ts';
import { AF, socketAddress } from './socket-address.ts';
import { hostInt, Socket } from './socket.ts';

const SOCK_RAW = 3;
/** Levels and options of ip(7), ipv6(7) and socket(7). */
const level = { socket: 1, ipv4: 0, ipv6: 41 } as const;
const ipv4Option = {
  multicastInterface: 32,
  multicastTtl: 33,
  multicastLoop: 34,
  join: 35,
  timeToLive: 2,
  typeOfService: 1,
  headerIncluded: 3,
  pathMtuDiscovery: 10,
} as const;
const ipv6Option = {
  multicastInterface: 17,
  multicastHops: 18,
  multicastLoop: 19,
  join: 20,
  hops: 16,
  checksum: 7,
  receivePacketInfo: 49,
  packetInfo: 50,
  receiveHopLimit: 51,
  hopLimit: 52,
  trafficClass: 67,
} as const;
const SO_BINDTODEVICE = 25;
const SO_PRIORITY = 12;
const SO_RCVBUF = 8;

/** An IPv6 packet without its header, and what counts of that. */
export interface Ipv6Packet {
  readonly payload: Uint8Array;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly hopLimit: number;
}

/** A received packet: IPv4 with its IP header, IPv6 without, as the kernel gives them. */
export type OnPacket = (packet: Uint8Array, from: IpAddress) => void;

/**
 * Sends and receives the packets of one IP protocol, such as VRRP (112) or ICMP (1). raw(7). IPv4 packets are
 * sent without and received with their IP header.
 */
export class RawIpSocket implements Disposable {
  readonly family: 'ipv4' | 'ipv6';
  readonly #socket: Socket;
  #poll: Poll | undefined;
  #messages: MessageReceiver | undefined;

  constructor(family: 'ipv4' | 'ipv6', protocol: number) {
    this.family = family;
    this.#socket = new Socket({
      domain: AF[family],
      type: SOCK_RAW,
      protocol,
      name: `raw IP socket for protocol ${protocol}`,
    });
  }

  /** Sends from and receives on this device only. */
  bindToDevice(device: string): this {
    this.#socket.setOption(level.socket, SO_BINDTODEVICE, Buffer.from(`${device}\0`));
    return this;
  }

  /** Source address of what is sent, and destination of what is received; a link-local one is of a device. */
  bindToAddress(address: IpAddress, ifindex = 0): this {
    this.#socket.bind(socketAddress(address, 0, ifindex));
    return this;
  }

  get fd(): number {
    return this.#socket.fd;
  }

  /** Network control, 0xc0, in every packet and in this host's queues; never a bit against fragments. */
  networkControl(): this {
    const control = 0xc0;
    const TC_PRIO_CONTROL = 7;
    if (this.family === 'ipv4') {
      this.#socket
        .setOption(level.ipv4, ipv4Option.typeOfService, control)
        .setOption(level.ipv4, ipv4Option.pathMtuDiscovery, 0);
    } else this.#socket.setOption(level.ipv6, ipv6Option.trafficClass, control);
    this.#socket.setOption(level.socket, SO_PRIORITY, TC_PRIO_CONTROL);
    return this;
  }

  /** Receives what is sent to a group on a device, and sends multicast packets there, with this TTL. */
  joinGroup(group: IpAddress, ifindex: number, timeToLive: number): this {
    if (this.family === 'ipv4') {
      const membership = Buffer.alloc(12); // struct ip_mreqn
      membership.set(addressBytes(group), 0);
      membership.writeInt32LE(ifindex, 8);
      this.#socket.setOption(level.ipv4, ipv4Option.join, membership);
      return this.multicastTo(ifindex, timeToLive);
    }
    const membership = Buffer.concat([addressBytes(group), hostInt(ifindex)]); // struct ipv6_mreq
    this.#socket.setOption(level.ipv6, ipv6Option.join, membership);
    return this.multicastTo(ifindex, timeToLive);
  }

  /** Sends multicast packets on a device, with this TTL or hop limit, and not to this host itself. */
  multicastTo(ifindex: number, timeToLive: number): this {
    if (this.family === 'ipv4') {
      const device = Buffer.alloc(12); // struct ip_mreqn
      device.writeInt32LE(ifindex, 8);
      this.#socket
        .setOption(level.ipv4, ipv4Option.multicastInterface, device)
        .setOption(level.ipv4, ipv4Option.multicastTtl, timeToLive)
        .setOption(level.ipv4, ipv4Option.multicastLoop, 0);
      return this;
    }
    this.#socket
      .setOption(level.ipv6, ipv6Option.multicastInterface, ifindex)
      .setOption(level.ipv6, ipv6Option.multicastHops, timeToLive)
      .setOption(level.ipv6, ipv6Option.multicastLoop, 0);
    return this;
  }

  /** What is sent begins with its IPv4 header, of which the kernel fills in the checksum only. */
  headerIncluded(): this {
    this.#socket.setOption(level.ipv4, ipv4Option.headerIncluded, 1);
    return this;
  }

  /** As little memory as the kernel allows for packets that wait: for a socket that only sends. */
  receiveLittle(): this {
    this.#socket.setOption(level.socket, SO_RCVBUF, 0);
    return this;
  }

  /** TTL or hop limit of unicast packets. */
  timeToLive(hops: number): this {
    if (this.family === 'ipv4') this.#socket.setOption(level.ipv4, ipv4Option.timeToLive, hops);
    else this.#socket.setOption(level.ipv6, ipv6Option.hops, hops);
    return this;
  }

  /** IPv6: the kernel fills in the checksum at this byte of the payload, and checks it on arrival. */
  checksumAt(offset: number): this {
    this.#socket.setOption(level.ipv6, ipv6Option.checksum, offset);
    return this;
  }

  /** Sends a payload; `ifindex` is needed for link-local IPv6 addresses. */
  send(payload: Uint8Array, to: IpAddress, ifindex = 0): void {
    this.#socket.send(payload, socketAddress(to, 0, ifindex));
  }

  /** IPv4: the next packet that waits, with its IP header. */
  receive(): Uint8Array | undefined {
    const received = this.#socket.receive();
    return received && Uint8Array.from(received.bytes);
  }

  /** IPv6: the next packet that waits. */
  receiveIpv6(): Ipv6Packet | undefined {
    this.#messages ??= this.#receiveHeaders();
    const message = this.#messages.receive();
    if (message === undefined) return undefined;
    const destination = message.control(level.ipv6, ipv6Option.packetInfo)?.subarray(0, 16);
    return {
      payload: Uint8Array.from(message.bytes),
      source: addressOfSocket(message.from),
      destination: destination?.length === 16 ? formatIpAddress(destination) : '::',
      hopLimit: message.control(level.ipv6, ipv6Option.hopLimit)?.readInt32LE(0) ?? 0,
    };
  }

  #receiveHeaders(): MessageReceiver {
    this.#socket
      .setOption(level.ipv6, ipv6Option.receivePacketInfo, 1)
      .setOption(level.ipv6, ipv6Option.receiveHopLimit, 1);
    return new MessageReceiver(this.#socket);
  }

  /** Calls back for each packet as it comes, until this socket is disposed of. */
  watch(onPacket: OnPacket): Poll {
    this.#poll ??= pollReadable(this.#socket.fd, () => {
      for (let next = this.#socket.receive(); next !== undefined; next = this.#socket.receive()) {
        onPacket(Uint8Array.from(next.bytes), addressOfSocket(next.from));
      }
    });
    return this.#poll;
  }

  [Symbol.dispose](): void {
    this.#poll?.[Symbol.dispose]();
    this.#socket[Symbol.dispose]();
  }
}

function addressOfSocket(socket: Buffer): IpAddress {
  const ipv4 = socket.readUInt16LE(0) === AF.ipv4;
  return formatIpAddress(ipv4 ? socket.subarray(4, 8) : socket.subarray(8, 24));
}
