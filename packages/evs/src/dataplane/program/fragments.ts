import {
  any,
  packetOf,
  subprogram,
  u16,
  u32,
  u8,
  type PacketParameter,
  type Pointer,
  type Subprogram,
  type U32,
  type Value,
} from '@evs/ebpf';
import { Ethernet, FragmentHeader, IpProtocol, Ipv4, Ipv6, Ports } from '../../packet/index.ts';
import { seesReplies, withClock, type Surroundings } from './assembly.ts';
import type { AddressPlace, Family } from './family.ts';
import { concernsUs } from './filter.ts';
import { forwardFragment } from './forward.ts';
import { headerOf } from './icmp-message.ts';
import type { Datagram } from './parse.ts';
import { reply } from './reply.ts';
import type { RoutineOwn } from './routines.ts';

type Around = Omit<Surroundings, Exclude<RoutineOwn, 'routines'>>;

/**
 * Arguments: the packet; where the header is that has the identification four bytes from its start (IPv4's own, or
 * IPv6's fragment header); where the transport header is, and its number. Result: 0 if the packet shall go its way.
 */
export type NoteFirst = Subprogram<readonly [PacketParameter, U32, U32, U32]>;
/** Arguments: the packet, and the place of the identification as above. Result: the verdict. */
export type FollowFirst = Subprogram<readonly [PacketParameter, U32]>;

const goOn = 0;
const notOurs = 1;

/**
 * Remembers which flow a datagram's first fragment belongs to, since the others have no ports. Those of SCTP are left
 * to the host: its checksum cannot be mended where the length of the whole is unknown.
 */
export const noteFirstRoutine = (around: Around, family: Family): NoteFirst =>
  subprogram(
    `note_first_${family.name}`,
    [packetOf(around.hook), u32, u32, u32],
    (b, packet, identifiedAt, transportAt, protocol) => {
      const a: Surroundings = { ...around, b, packet };
      const { tcp, udp } = a.features;
      const kinds = [...(tcp ? [IpProtocol.tcp] : []), ...(udp ? [IpProtocol.udp] : [])];
      if (kinds.length === 0) return notOurs;
      b.if(
        any(...kinds.map((kind) => protocol.eq(kind))),
        () => undefined,
        () => b.return(notOurs),
      );
      const ip = ipHeader(a, family, notOurs);
      const { source, destination } = addressesOf(family, ip);
      b.if(concernsUs(a, family, destination).eq(0), () => {
        if (!seesReplies(a.features)) b.return(notOurs);
        b.if(concernsUs(a, family, source).eq(0), () => b.return(notOurs));
      });
      const key = fragmentKey(a, family, ip, identifiedAt, protocol);
      const ports = a.packet.window(transportAt.and(0x1ff), Ports.sizeBytes).orReturn(notOurs);
      const first = b.local(family.FirstFragment);
      const flow = first.view('flow') as Pointer;
      const addresses = 2 * family.addressBytes;
      flow.copyBytes(0, ip, family.sourceAt, addresses);
      flow.copyBytes(addresses, ports.view(Ports), 0, 4);
      flow.store(u32, addresses + 4, protocol);
      first.set('expires', b.jiffies().add(b.staticValue(a.maps.settings).get('fragments')));
      b.update(family.fragments, key, first);
      return goOn;
    },
  );

/**
 * Sends a later fragment the way that its first went, in either direction. Without a first one it passes to the host,
 * which also has all the fragments of what it gets itself.
 */
export const followFirstRoutine = (around: Around, family: Family): FollowFirst =>
  subprogram(
    `follow_first_${family.name}`,
    [packetOf(around.hook), u32],
    (b, packet, identifiedAt) => {
      const a = withClock({ ...around, b, packet });
      const { pass } = a.verdict;
      const datagram = parseFragment(a, family, identifiedAt);
      const key = fragmentKey(a, family, datagram.ip, identifiedAt, datagram.protocol.to(u32));
      b.lookup(family.fragments, key)
        .where((first) => first.get('expires').gt(a.now))
        .match((first) => {
          const flow = first.view('flow') as Pointer;
          b.lookup(family.connections, flow)
            .where((connection) => connection.get('expires').gt(a.now))
            .match((connection) => forwardFragment(a, datagram, connection));
          if (seesReplies(a.features)) reply(a, datagram, flow);
        });
      return pass;
    },
  );

const ipHeader = (a: Surroundings, family: Family, orElse: number): Pointer =>
  a.packet
    .window(0, Ethernet.sizeBytes + family.headerBytes)
    .orReturn(orElse)
    .view(headerOf(family), Ethernet.sizeBytes);

const addressesOf = (
  family: Family,
  ip: Pointer,
): { readonly source: AddressPlace; readonly destination: AddressPlace } => ({
  source: { pointer: ip, at: family.sourceAt },
  destination: { pointer: ip, at: family.sourceAt + family.addressBytes },
});

/** What all fragments of a datagram have in common. In IPv6 the protocol is the first one's to tell. */
function fragmentKey(
  a: Surroundings,
  family: Family,
  ip: Pointer,
  identifiedAt: Value<U32>,
  protocol: Value<U32>,
): Pointer {
  const key = a.b.local(family.FragmentKey);
  const addresses = 2 * family.addressBytes;
  key.copyBytes(0, ip, family.sourceAt, addresses);
  if (family.name === 'ipv4') {
    key.store(u32, addresses, ip.load(u16, Ipv4.offsetOf('identification')).to(u32));
    key.store(u32, addresses + 4, protocol);
    return key;
  }
  const header = fragmentHeader(a, identifiedAt);
  key.store(u32, addresses, header.load(u32, FragmentHeader.offsetOf('identification')));
  return key;
}

/** IPv6's, which stands at most 511 bytes from the start of the frame. */
const fragmentHeader = (a: Surroundings, at: Value<U32>): Pointer<typeof FragmentHeader> =>
  a.packet
    .window(at.and(0x1ff), FragmentHeader.sizeBytes)
    .orReturn(a.verdict.pass)
    .view(FragmentHeader);

/** Headers of a fragment without a transport header; passes what is cut short to the host. */
function parseFragment(a: Surroundings, family: Family, identifiedAt: Value<U32>): Datagram {
  const { b, packet, verdict } = a;
  const ethernet = packet.window(0, Ethernet.sizeBytes).orReturn(verdict.pass).view(Ethernet);
  const ip = ipHeader(a, family, verdict.pass);
  const isIpv4 = family.name === 'ipv4';
  const headerBytes = isIpv4
    ? ip.load(u8, 0).to(u32).and(0x0f).shl(2)
    : identifiedAt.and(0x1ff).add(FragmentHeader.sizeBytes).sub(Ethernet.sizeBytes);
  const length = isIpv4
    ? (ip as Pointer<typeof Ipv4>).get('totalLength').host().to(u32)
    : (ip as Pointer<typeof Ipv6>).get('payloadLength').host().to(u32).add(Ipv6.sizeBytes);
  b.if(
    any(
      ...(isIpv4 ? [ip.load(u8, 0).and(0xf0).ne(0x40), headerBytes.lt(Ipv4.sizeBytes)] : []),
      length.le(headerBytes),
      length.add(Ethernet.sizeBytes).gt(packet.length()),
    ),
    () => b.return(verdict.pass),
  );
  return {
    family,
    ethernet,
    ip,
    ...addressesOf(family, ip),
    protocol: isIpv4 ? ip.load(u8, 9) : fragmentHeader(a, identifiedAt).get('nextHeader'),
    transportAt: headerBytes.add(Ethernet.sizeBytes),
    length,
  };
}
