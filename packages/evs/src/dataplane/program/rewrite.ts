import {
  all,
  not,
  SkBuff,
  u16,
  u32,
  u64,
  type Builder,
  type Condition,
  type Pointer,
  type U16,
  type U32,
  type Value,
} from '@evs/ebpf';
import { Ethernet, fragmentMask, IpProtocol, Ipv4, Sctp, Tcp } from '../../packet/index.ts';
import type { Assembly } from './assembly.ts';
import { byProtocol } from './by-protocol.ts';
import { complement, exchange, fold, foldTo32, updated } from './checksum.ts';
import { crcChange } from './crc32c.ts';
import { addressWord, wordIndexes, type AddressPlace, type Family, type Sum } from './family.ts';
import { isFlow, type Datagram, type Flow } from './parse.ts';

/** What to put in place of a packet's addresses and ports. Ports as they lie in the packet. */
export interface Rewrite {
  readonly source?: AddressPlace;
  readonly sourcePort?: Value<U16>;
  readonly destination?: AddressPlace;
  readonly destinationPort?: Value<U16>;
}

/**
 * Rewrites addresses and ports and mends both checksums. Of a later fragment it rewrites the addresses: the first one
 * has the ports, and a checksum that covers the whole. At the tc hook the last step is a helper, because a
 * checksum may still be left to the hardware: packet pointers are dead afterwards.
 */
export function rewrite(a: Assembly, datagram: Datagram, change: Rewrite): void {
  a.b.within('rewrite', () => {
    const addresses = rewriteAddresses(a, datagram, change);
    if (isFlow(datagram)) rewriteTransport(a, datagram, change, addresses);
  });
}

function rewriteTransport(a: Assembly, flow: Flow, change: Rewrite, addresses: Sum): void {
  const ports = portsChange(flow, change);
  if (a.features.sctp) {
    a.b.if(flow.protocol.eq(IpProtocol.sctp), () => mendSctp(a, flow, change));
  }
  writePorts(flow, change);
  if (a.hook === 'xdp') mendInPlace(a, flow, addresses, ports);
  else mendByHelper(a, flow, addresses, ports);
}

/** Writes the addresses, mends the IPv4 header's checksum and returns the change for other checksums. */
export function rewriteAddresses(a: Assembly, datagram: Datagram, change: Rewrite): Sum {
  const { family, ip } = datagram;
  let sum: Sum = a.b.constant(u64, 0);
  if (change.source !== undefined) {
    sum = addressChange(family, sum, datagram.source, change.source);
  }
  if (change.destination !== undefined) {
    sum = addressChange(family, sum, datagram.destination, change.destination);
  }
  if (family.name === 'ipv4') {
    const checksumAt = Ipv4.offsetOf('checksum');
    ip.store(u16, checksumAt, updated(ip.load(u16, checksumAt), sum));
  }
  if (change.source !== undefined) copyAddress(family, datagram.source, change.source);
  if (change.destination !== undefined) {
    copyAddress(family, datagram.destination, change.destination);
  }
  return sum;
}

const copyAddress = (family: Family, to: AddressPlace, from: AddressPlace): void =>
  to.pointer.copyBytes(to.at, from.pointer, from.at, family.addressBytes);

function addressChange(family: Family, sum: Sum, before: AddressPlace, after: AddressPlace): Sum {
  return wordIndexes(family).reduce(
    (total, index) => exchange(total, addressWord(before, index), addressWord(after, index)),
    sum,
  );
}

/** Undefined if no port changes. */
function portsChange(flow: Flow, change: Rewrite): Sum | undefined {
  let sum: Sum | undefined;
  if (change.sourcePort !== undefined) {
    sum = replaced(sum, flow.ports.load(u16, 0), change.sourcePort);
  }
  if (change.destinationPort !== undefined) {
    sum = replaced(sum, flow.ports.load(u16, 2), change.destinationPort);
  }
  return sum;
}

const replaced = (sum: Sum | undefined, before: Value<U16>, after: Value<U16>): Sum =>
  sum === undefined ? complement(before).add(after.to(u64)) : exchange(sum, before, after);

function writePorts(flow: Flow, change: Rewrite): void {
  if (change.sourcePort !== undefined) flow.ports.store(u16, 0, change.sourcePort);
  if (change.destinationPort !== undefined) flow.ports.store(u16, 2, change.destinationPort);
}

/** XDP sees finished checksums and updates them. */
function mendInPlace(a: Assembly, flow: Flow, addresses: Sum, ports: Sum | undefined): void {
  const { b, packet, features, verdict } = a;
  const change = ports === undefined ? addresses : addresses.add(ports);
  const tcp = (): void => {
    const header = packet.window(flow.transportAt, Tcp.sizeBytes).orReturn(verdict.drop).view(Tcp);
    header.set('checksum', updated(header.get('checksum'), change));
  };
  const udp = (): void => {
    const before = flow.ports.get('checksum');
    b.if(
      before.ne(0),
      () => setUdpChecksum(b, flow, updated(before, change)),
      () => sumDatagram(a, flow),
    );
  };
  byProtocol(b, features, flow.protocol, { tcp, udp, sctp: () => {} });
}

/** 0 would mean that there is none. */
function setUdpChecksum(b: Builder, flow: Flow, computed: Value<U16>): void {
  const checksum = b.variable(u16, computed);
  b.if(checksum.eq(0), () => checksum.set(0xffff));
  flow.ports.set('checksum', checksum);
}

/**
 * Gives a datagram that came without a checksum one, as ip_vs does. Not a first fragment: what the rest sums to is not
 * known yet. Nor an aggregate of datagrams, whose checksums are always there or left to the hardware.
 */
function sumDatagram(a: Assembly, flow: Flow): void {
  const { b, packet } = a;
  b.unlikely();
  const aggregate =
    a.hook === 'tc' ? [packet.context.load(u32, SkBuff.offsetOf('gsoSize')).eq(0)] : [];
  const start = b.constant(u32, 0).add(flow.transportAt);
  b.if(all(...aggregate, isWhole(flow, start)), () => {
    const length = flow.length.add(Ethernet.sizeBytes).sub(start);
    const { source, destination } = flow;
    const addresses = [source, destination].flatMap((place) =>
      wordIndexes(flow.family).map((index) => addressWord(place, index).to(u64)),
    );
    const pseudoHeader = addresses
      .reduce((sum, word) => sum.add(word))
      .add(length.to(u16).network().reinterpret(u16).to(u64))
      .add(IpProtocol.udp << 8);
    const content = b.call(a.routines.sumBytes, packet, start, length);
    setUdpChecksum(b, flow, fold(content.add(pseudoHeader)).xor(0xffff).to(u16));
  });
}

/** IPv6: extension headers may tell a fragment. */
const isWhole = (flow: Flow, start: Value<U32>): Condition =>
  flow.family.name === 'ipv4'
    ? not((flow.ip as Pointer<typeof Ipv4>).get('fragment').hasBits(fragmentMask))
    : start.eq(Ethernet.sizeBytes + flow.family.headerBytes);

/**
 * SCTP covers ports, but no addresses. A checksum of 0 is left to the hardware, which has not computed it yet, or
 * there is none (RFC 9653).
 */
function mendSctp(a: Assembly, flow: Flow, change: Rewrite): void {
  const { b, packet, verdict } = a;
  const before = flow.ports.load(u32, 0);
  const source = change.sourcePort ?? flow.ports.load(u16, 0);
  const destination = change.destinationPort ?? flow.ports.load(u16, 2);
  const difference = before.xor(source.to(u32).or(destination.to(u32).shl(16)));
  b.if(difference.ne(0), () => {
    const header = packet.window(flow.transportAt, Sctp.sizeBytes).orReturn(verdict.drop);
    const sctp = header.view(Sctp);
    const checksum = sctp.get('checksum');
    const length = flow.length.add(Ethernet.sizeBytes).sub(flow.transportAt);
    b.if(checksum.ne(0), () => {
      sctp.set('checksum', checksum.xor(crcChange(b, difference, length)));
    });
  });
}

const pseudoHeader = 0x10;
const keepZero = 0x20;

/** bpf_l4_csum_replace by difference: it knows whether the checksum is finished, partial or verified. */
function mendByHelper(a: Assembly, flow: Flow, addresses: Sum, ports: Sum | undefined): void {
  const { b, packet, features } = a;
  const difference = foldTo32(addresses).to(u32);
  const portDifference = ports === undefined ? undefined : foldTo32(ports).to(u32);
  const at = b.constant(u32, 0).add(flow.transportAt);
  const mend = (field: number, flags: number): void => {
    const place = at.add(field);
    b.helper('l4_csum_replace', packet.context, place, 0, difference, flags | pseudoHeader);
    if (portDifference === undefined) return;
    b.if(portDifference.ne(0), () => {
      b.helper('l4_csum_replace', packet.context, place, 0, portDifference, flags);
    });
  };
  const tcp = (): void => mend(16, 0);
  const udp = (): void => {
    b.if(
      flow.ports.get('checksum').ne(0),
      () => mend(6, keepZero),
      () => sumDatagram(a, flow),
    );
  };
  byProtocol(b, features, flow.protocol, { tcp, udp, sctp: () => {} });
}
