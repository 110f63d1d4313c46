import { isErrno, PacketSocket, RawIpSocket, Rtnetlink } from '../../linux/index.ts';
import {
  announcementFrame,
  formatIpAddress,
  Ipv4,
  vrrpGroup,
  vrrpProtocol,
  type IpAddress,
} from '../../packet/index.ts';
import type { Arrival } from '../receive.ts';
import type { Segment } from './ports.ts';

/** A virtual address and where it goes. */
export interface VirtualAddress {
  readonly address: IpAddress;
  readonly prefixLength: number;
  /** Name for ifconfig, `ens33:1`. */
  readonly label?: string;
}

export interface SegmentOptions {
  readonly ifindex: number;
  readonly device: string;
  /** 6 bytes. */
  readonly mac: Uint8Array;
  readonly virtualRouterId: number;
  readonly primaryAddress: IpAddress;
  readonly addresses: readonly VirtualAddress[];
  readonly unicast: boolean;
}

/** Multicast never leaves the segment: RFC 9568 section 5.1.1.3. */
const timeToLive = 255;

/** VRRP over IPv4 on an interface of the namespace that this thread is in now. */
export class Ipv4Segment implements Segment {
  readonly primaryAddress: IpAddress;
  readonly #options: SegmentOptions;
  readonly #socket: RawIpSocket;
  readonly #frames: PacketSocket;
  readonly #netlink = new Rtnetlink();

  constructor(options: SegmentOptions) {
    const { primaryAddress, ifindex, device, unicast } = options;
    this.#options = options;
    this.primaryAddress = primaryAddress;
    this.#socket = new RawIpSocket('ipv4', vrrpProtocol)
      .bindToDevice(device)
      .timeToLive(timeToLive);
    if (!unicast) this.#socket.joinGroup(vrrpGroup.ipv4, ifindex, timeToLive);
    this.#frames = new PacketSocket(ifindex);
  }

  listen(onArrival: (arrival: Arrival) => void): void {
    this.#socket.watch((datagram) => {
      const arrival = arrivalOf(datagram);
      if (arrival?.packet[1] === this.#options.virtualRouterId) onArrival(arrival);
    });
  }

  send(packet: Uint8Array, to: IpAddress): void {
    this.#socket.send(packet, to);
  }

  addAddresses(): void {
    const { ifindex, addresses } = this.#options;
    for (const address of addresses) {
      unless('EEXIST', () => {
        this.#netlink.addAddress({ ifindex, ...address });
      });
    }
  }

  removeAddresses(): void {
    const { ifindex, addresses } = this.#options;
    for (const address of addresses) {
      unless('EADDRNOTAVAIL', () => {
        this.#netlink.removeAddress({ ifindex, ...address });
      });
    }
  }

  announce(): void {
    const { addresses, mac } = this.#options;
    for (const { address } of addresses) {
      this.#frames.send(announcementFrame(address, mac, false));
    }
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
    this.#frames[Symbol.dispose]();
    this.#netlink[Symbol.dispose]();
  }
}

/** What a raw socket receives begins with the IP header. Undefined if that is not whole. */
function arrivalOf(datagram: Uint8Array): Arrival | undefined {
  if (datagram.length < Ipv4.sizeBytes) return undefined;
  const header = Ipv4.decode(datagram);
  const headerBytes = (header.versionAndLength & 15) * 4;
  const end = Math.min(header.totalLength, datagram.length);
  if (headerBytes < Ipv4.sizeBytes || end < headerBytes + 8) return undefined;
  const addressAt = (at: number): IpAddress => formatIpAddress(datagram.subarray(at, at + 4));
  return {
    packet: datagram.slice(headerBytes, end),
    source: addressAt(Ipv4.offsetOf('source')),
    destination: addressAt(Ipv4.offsetOf('destination')),
    timeToLive: header.timeToLive,
  };
}

/** Does something that may have been done already. */
function unless(errno: string, change: () => void): void {
  try {
    change();
  } catch (error) {
    if (!isErrno(error, errno)) throw error;
  }
}
