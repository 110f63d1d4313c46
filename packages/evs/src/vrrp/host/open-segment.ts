import { RawIpSocket, type Loop } from '../../linux/index.ts';
import {
  authenticationHeaderProtocol,
  formatIpAddress,
  Ipv4,
  vrrpProtocol,
  type IpAddress,
} from '../../packet/index.ts';
import type { Arrival } from '../receive.ts';
import type { Sealer } from '../sealer.ts';
import type { Segment } from './ports.ts';

/** A device by both of its names. */
export interface Device {
  readonly name: string;
  readonly ifindex: number;
}

export interface SegmentOptions {
  readonly loop: Loop;
  readonly family: 'ipv4' | 'ipv6';
  readonly virtualRouterId: number;
  /** Where packets arrive, and where they leave: another one if the router has a virtual MAC address. */
  readonly receive: Device;
  readonly transmit: Device;
  readonly primaryAddress: IpAddress;
  /** Undefined: unicast, with this TTL or hop limit. */
  readonly group: IpAddress | undefined;
  readonly unicastTimeToLive: number;
  /** Told of advertisements with other numbers. */
  readonly onOther: (virtualRouterId: number, source: IpAddress) => void;
  /** Signs packets and judges them. */
  readonly sealer: Sealer | undefined;
}

/** Multicast never leaves the segment: RFC 9568 section 5.1.1.3. */
const timeToLive = 255;

/** VRRP on devices of the namespace that this thread is in now. One socket hears, another one sends. */
export function openSegment(options: SegmentOptions): Segment {
  const { loop, family, primaryAddress, transmit, virtualRouterId, sealer, onOther } = options;
  const ears = openEars(options);
  const mouth = openMouth(options);
  const read = family === 'ipv4' ? () => arrivalIn(ears.receive(), sealer) : () => arrival6(ears);
  let reader: Disposable | undefined;
  return {
    primaryAddress,
    listen(onArrival) {
      reader = loop.readable(ears.fd, () => {
        for (let next = read(); next !== undefined; next = read()) {
          const number = next === 'broken' ? undefined : next.packet[1];
          if (next === 'broken' || number === undefined) continue;
          if (number === virtualRouterId) onArrival(next);
          else onOther(number, next.source);
        }
      });
    },
    send(packet, to) {
      const way = { source: primaryAddress, destination: to, timeToLive: hopsOf(options) };
      mouth.send(sealer?.seal(packet, way) ?? packet, to, transmit.ifindex);
    },
    [Symbol.dispose]() {
      reader?.[Symbol.dispose]();
      ears[Symbol.dispose]();
      mouth[Symbol.dispose]();
    },
  };
}

const protocolOf = ({ sealer }: SegmentOptions): number =>
  sealer === undefined ? vrrpProtocol : authenticationHeaderProtocol;
const hopsOf = ({ group, unicastTimeToLive }: SegmentOptions): number =>
  group === undefined ? unicastTimeToLive : timeToLive;

function openEars(options: SegmentOptions): RawIpSocket {
  const { family, receive, group } = options;
  const socket = new RawIpSocket(family, protocolOf(options)).bindToDevice(receive.name);
  return group === undefined ? socket : socket.joinGroup(group, receive.ifindex, timeToLive);
}

function openMouth(options: SegmentOptions): RawIpSocket {
  const { family, transmit, primaryAddress, group, sealer } = options;
  const socket = new RawIpSocket(family, protocolOf(options))
    .bindToDevice(transmit.name)
    .bindToAddress(primaryAddress, transmit.ifindex)
    .networkControl()
    .receiveLittle();
  if (sealer !== undefined) socket.headerIncluded();
  return group === undefined
    ? socket.timeToLive(hopsOf(options))
    : socket.multicastTo(transmit.ifindex, timeToLive);
}

/** What a raw socket receives begins with the IP header. */
function arrivalIn(
  datagram: Uint8Array | undefined,
  sealer: Sealer | undefined,
): Arrival | 'broken' | undefined {
  if (datagram === undefined) return undefined;
  if (datagram.length < Ipv4.sizeBytes) return 'broken';
  const header = Ipv4.decode(datagram);
  const headerBytes = (header.versionAndLength & 15) * 4;
  const end = Math.min(header.totalLength, datagram.length);
  if (headerBytes < Ipv4.sizeBytes || end < headerBytes) return 'broken';
  const opened =
    sealer === undefined
      ? { packet: datagram.slice(headerBytes, end) }
      : sealer.open(datagram.subarray(0, end));
  if (opened === undefined) return 'broken';
  const addressAt = (at: number): IpAddress => formatIpAddress(datagram.subarray(at, at + 4));
  return {
    ...opened,
    source: addressAt(Ipv4.offsetOf('source')),
    destination: addressAt(Ipv4.offsetOf('destination')),
    timeToLive: header.timeToLive,
  };
}

function arrival6(socket: RawIpSocket): Arrival | undefined {
  const packet = socket.receiveIpv6();
  if (packet === undefined) return undefined;
  const { payload, source, destination, hopLimit } = packet;
  return { packet: payload, source, destination, timeToLive: hopLimit };
}
