import {
  Ethernet,
  EtherType,
  formatIpAddress,
  IpProtocol,
  Ipv4,
  Tcp,
  TcpFlag,
  type IpAddress,
} from '../packet/index.ts';
import { devices, macOf, type HostName } from './topology.ts';

/** One passage of a packet over a cable, as its frame says. */
export interface Hop {
  /** Owners of the MAC addresses; undefined for an address that is nobody's in the lab. */
  readonly from: HostName | undefined;
  readonly to: HostName | undefined;
  readonly sourceMac: string;
  readonly destinationMac: string;
  /** `address:port`, of the inner packet if there is a tunnel. */
  readonly source: string;
  readonly destination: string;
  /** Addresses of the tunnel. */
  readonly outer?: { readonly source: IpAddress; readonly destination: IpAddress };
  readonly kind: 'request' | 'answer';
}

/** What a frame shows if it carries the first TCP segment of either side (SYN, SYN ACK); else undefined. */
export function readHop(frame: Uint8Array): Hop | undefined {
  if (frame.length < Ethernet.sizeBytes) return undefined;
  const ethernet = Ethernet.decode(frame);
  if (ethernet.etherType !== EtherType.ipv4) return undefined;
  const first = readIpv4(frame, Ethernet.sizeBytes);
  const inner = first?.protocol === IpProtocol.ipip ? readIpv4(frame, first.end) : first;
  if (first === undefined || inner?.protocol !== IpProtocol.tcp) return undefined;
  if (inner.end + Tcp.sizeBytes > frame.length) return undefined;
  const tcp = Tcp.decode(frame, inner.end);
  if ((tcp.flags & TcpFlag.syn) === 0) return undefined;
  return {
    ...cable(ethernet),
    source: `${inner.source}:${tcp.sourcePort}`,
    destination: `${inner.destination}:${tcp.destinationPort}`,
    ...(inner === first ? {} : { outer: { source: first.source, destination: first.destination } }),
    kind: (tcp.flags & TcpFlag.ack) === 0 ? 'request' : 'answer',
  };
}

interface Ipv4Reading {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly protocol: number;
  /** Where the header ends in the frame. */
  readonly end: number;
}

function readIpv4(frame: Uint8Array, at: number): Ipv4Reading | undefined {
  if (at + Ipv4.sizeBytes > frame.length) return undefined;
  const header = Ipv4.decode(frame, at);
  if (header.versionAndLength >> 4 !== 4) return undefined;
  return {
    source: dotted(header.source),
    destination: dotted(header.destination),
    protocol: header.protocol,
    end: at + (header.versionAndLength & 15) * 4,
  };
}

function cable(ethernet: { source: Uint8Array; destination: Uint8Array }) {
  const sourceMac = macText(ethernet.source);
  const destinationMac = macText(ethernet.destination);
  return { from: ownerOf(sourceMac), to: ownerOf(destinationMac), sourceMac, destinationMac };
}

const ownerOf = (mac: string): HostName | undefined =>
  devices.find((device) => macOf(device.address) === mac)?.host;

const macText = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');

const dotted = (address: number): IpAddress =>
  formatIpAddress(Uint8Array.from([24, 16, 8, 0], (shift) => address >>> shift));

/**
 * The way of one connection's first packets, in order: from the client to where no frame goes on, then the
 * answer from there. Frames may come in any order and more than once, as from several captures.
 */
export function traceHops(client: HostName, hops: readonly Hop[]): Hop[] {
  const there = follow(client, hops, 'request');
  const turn = there.at(-1)?.to;
  return turn === undefined ? there : [...there, ...follow(turn, hops, 'answer')];
}

function follow(start: HostName, hops: readonly Hop[], kind: Hop['kind']): Hop[] {
  const way: Hop[] = [];
  const left = new Set(hops.filter((hop) => hop.kind === kind));
  let at: HostName | undefined = start;
  while (at !== undefined) {
    const here: Hop[] = [...left].filter((hop) => hop.from === at);
    const next: Hop | undefined = here[0];
    if (next === undefined) return way;
    for (const hop of here) left.delete(hop);
    way.push(next);
    at = next.to;
  }
  return way;
}
