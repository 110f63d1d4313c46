import {
  all,
  any,
  be16,
  packetOf,
  packed,
  reserved,
  subprogram,
  u16,
  u32,
  u64,
  u8,
  type Condition,
  type Pointer,
  type Subprogram,
  type U32,
  type PacketParameter,
  type U8,
  type Value,
} from '@evs/ebpf';
import {
  doNotFragment,
  Ethernet,
  Icmp,
  IcmpType,
  IpProtocol,
  Ports,
  type Ipv4Layout,
} from '../../packet/index.ts';
import { ConnectionFlag, type Connection, type RealServerSlot } from '../layouts.ts';
import { variantOf, type TunnelVariant } from '../tunnel-variants.ts';
import { withClock, type Assembly, type Surroundings } from './assembly.ts';
import { fold } from './checksum.ts';
import { addressWord, wordIndexes, type AddressPlace, type Family } from './family.ts';
import { findRealServer, isAvailable } from './find.ts';
import { headerOf, messageOf } from './icmp-message.ts';
import type { Datagram } from './parse.ts';
import { leastMtu } from './path-mtu.ts';
import type { RoutineOwn } from './routines.ts';
import { gueWord, tunnelProtocol } from './tunnel-header.ts';

/**
 * Arguments: the packet, where the ICMP message begins. Result: a verdict; or what the client shall be told of the
 * packet that is left: type and code in the lowest 16 bits, an MTU above, and in the upper half the device it is behind.
 * The telling is the caller's: functions called by functions take more stack than the kernel has.
 */
export type TunnelError = Subprogram<readonly [PacketParameter, U32]>;

/** Tunnels that stay in one family, as those are whose errors ip_vs relays. */
const tunnelsWithin = (a: Surroundings, family: Family): TunnelVariant[] =>
  a.features.tunnels
    .map(variantOf)
    .filter(({ inner, outer }) => inner === family.name && outer === family.name);

/** UDP and GUE, the longest that stands between the IP headers; GRE's first word begins the same room. */
const Between = packed('between', { first: u32, _: reserved(4), gue: u32 });

/**
 * Ends the way of an ICMP error about one of our tunnels' packets: from a router between the director and a real server,
 * or from the real server. The client is told what it says, about the packet that was in the tunnel, as by ip_vs.
 */
export function relayTunnelError(a: Surroundings, datagram: Datagram): void {
  const { b, packet, routines } = a;
  const { family, transportAt } = datagram;
  const variants = tunnelsWithin(a, family);
  if (variants.length === 0) return;
  const quotedBytes = family.headerBytes + Between.sizeBytes;
  packet.window(transportAt, Icmp.sizeBytes + quotedBytes).match(
    (window) => {
      const quoted = window.view(headerOf(family), Icmp.sizeBytes) as Pointer;
      const header = window.view(Between, Icmp.sizeBytes + family.headerBytes);
      const protocol = quoted.load(u8, protocolAt(family));
      const isOurs = variants.map((variant) => carries(variant, protocol, header));
      b.if(any(...isOurs), () => {
        const at = b.constant(u32, 0).add(transportAt);
        b.if(
          isSound(a, datagram, at),
          () => undefined,
          () => b.return(a.verdict.pass),
        );
        const result = b.call(routines.tunnelError(family), packet, at);
        const device = result.shr(32).to(u32);
        b.if(device.eq(0), () => b.return(result.to(u32)));
        const mtu = result.shr(16).to(u16).network().reinterpret(u16).to(u32).shl(16);
        const kind = result.and(0xffff).to(u32);
        b.return(b.call(routines.icmpError(family), packet, kind, mtu, device).to(u32));
      });
    },
    () => undefined,
  );
}

/** Its checksum is right. The host drops another one. */
function isSound(a: Surroundings, datagram: Datagram, at: Value<U32>): Condition {
  const { b, packet, routines } = a;
  const { family, length, source, destination } = datagram;
  const bytes = length.add(Ethernet.sizeBytes).sub(at);
  const message = b.call(routines.sumBytes, packet, at, bytes);
  if (family.name === 'ipv4') return fold(message).eq(0xffff);
  // RFC 4443 section 2.3: a pseudo-header as well.
  const pseudoHeader = [source, destination]
    .flatMap((place) => wordIndexes(family).map((index) => addressWord(place, index).to(u64)))
    .reduce((sum, word) => sum.add(word))
    .add(bytes.to(u16).network().reinterpret(u16).to(u64))
    .add(IpProtocol.icmpv6 << 8);
  return fold(message.add(pseudoHeader)).eq(0xffff);
}

const protocolAt = (family: Family): number => (family.name === 'ipv4' ? 9 : 6);

/** The quoted packet is one that this kind of tunnel makes. GUE is told from other datagrams by its header. */
function carries(
  variant: TunnelVariant,
  protocol: Value<U8>,
  header: Pointer<typeof Between>,
): Condition {
  const isOf = protocol.eq(tunnelProtocol(variant));
  if (variant.type !== 'gue') return isOf;
  return all(isOf, () => header.get('gue').eq(gueWord(variant)));
}

/** A tunnel's error as the routine reads it. */
interface Quote {
  /** Type and code as they lie in memory. */
  readonly kind: Value<U32>;
  readonly icmp: Pointer<typeof Icmp>;
  /** The tunnel's IP header, and what was in the tunnel. */
  readonly outer: Pointer;
  readonly inner: Pointer;
  readonly ports: Pointer;
  /** What the tunnel had added. */
  readonly overheadBytes: Value<U32>;
}

/** Tells a client about its packet what an ICMP error says about the tunnel's. */
export const tunnelErrorRoutine = (
  around: Omit<Surroundings, Exclude<RoutineOwn, 'routines'>>,
  family: Family,
): TunnelError =>
  subprogram(
    `tunnel_error_${family.name}`,
    [packetOf(around.hook), u32],
    (b, packet, transportAt) => {
      const verdict = { pass: around.verdict.pass >>> 0, drop: around.verdict.drop };
      const a = withClock({ ...around, b, packet, verdict });
      const at = transportAt.and(0x1ff);
      const quote = readQuote(a, family, at);
      b.lookup(family.connections, flowOf(a, family, quote))
        .where((connection) =>
          all(
            connection.get('expires').gt(a.now),
            connection.get('word').hasBits(ConnectionFlag.tunneling),
          ),
        )
        .match((connection) => {
          const server = findRealServer(a, connection.get('realServer'));
          b.if(
            all(isAvailable(server), ...isAddress(family, quote.outer, server)),
            () => undefined,
            () => b.return(a.verdict.pass),
          );
          const kind = quote.kind;
          const mtu = b.variable(u32, 0);
          b.if(kind.eq(messageOf(family, 'tooBig')), () =>
            mtu.set(learn(a, family, quote, server)),
          );
          unwrap(a, family, at, quote.overheadBytes, connection);
          const device = connection.get('hopIfindex').to(u64).shl(32);
          b.return(device.or(mtu.and(0xffff).shl(16).or(kind).to(u64)));
        });
      return verdict.pass;
    },
  );

/** What a router quotes must reach to the client's ports; headers with options or extensions are not ours. */
function readQuote(a: Assembly, family: Family, at: Value<U32>): Quote {
  const { b, packet, verdict } = a;
  const headers = Icmp.sizeBytes + family.headerBytes;
  const window = packet.window(at, headers + Between.sizeBytes).orReturn(verdict.pass);
  const icmp = window.view(Icmp);
  const kind = icmp.load(u16, 0).to(u32);
  const outer = window.view(headerOf(family), Icmp.sizeBytes) as Pointer;
  const between = betweenBytes(a, family, outer, window.view(Between, headers));
  const innerAt = at.add(headers).add(between);
  const inside = packet
    .window(innerAt, family.headerBytes + Ports.sizeBytes)
    .orReturn(verdict.pass);
  const inner = inside.view(headerOf(family)) as Pointer;
  const isPlain =
    family.name === 'ipv4'
      ? [outer.load(u8, 0).eq(0x45), inner.load(u8, 0).eq(0x45)]
      : [inner.load(u8, 0).and(0xf0).eq(0x60)];
  b.if(
    all(isError(family, icmp), ...isPlain),
    () => undefined,
    () => b.return(verdict.pass),
  );
  const ports = inside.view(Ports, family.headerBytes);
  return { kind, icmp, outer, inner, ports, overheadBytes: between.add(family.headerBytes) };
}

/** The types that ip_vs handles; ICMPv6's errors are below 128. */
const isError = (family: Family, icmp: Pointer<typeof Icmp>): Condition =>
  family.name === 'ipv6'
    ? icmp.get('type').lt(128)
    : any(
        ...[IcmpType.unreachable, IcmpType.sourceQuench, IcmpType.timeExceeded].map((type) =>
          icmp.get('type').eq(type),
        ),
      );

/** Bytes between the IP headers of the quoted packet. GRE says itself whether it has a checksum. */
function betweenBytes(
  { b }: Assembly,
  family: Family,
  outer: Pointer,
  header: Pointer<typeof Between>,
): Value<U32> {
  const bytes = b.variable(u32, 0);
  const protocol = outer.load(u8, protocolAt(family));
  b.if(protocol.eq(IpProtocol.udp), () => bytes.set(Between.sizeBytes));
  b.if(protocol.eq(IpProtocol.gre), () =>
    bytes.set(b.select(header.get('first').hasBits(0x80), u32, 8, 4)),
  );
  return bytes;
}

function flowOf(a: Assembly, family: Family, { inner, ports }: Quote): Pointer {
  const key = a.b.local(family.FlowKey);
  const addresses = 2 * family.addressBytes;
  key.copyBytes(0, inner, family.sourceAt, addresses);
  key.copyBytes(addresses, ports, 0, 4);
  key.store(u32, addresses + 4, inner.load(u8, protocolAt(family)).to(u32));
  return key;
}

/** The quoted packet went to the connection's real server. */
function isAddress(
  family: Family,
  outer: Pointer,
  server: Pointer<typeof RealServerSlot>,
): Condition[] {
  const quoted: AddressPlace = { pointer: outer, at: family.sourceAt + family.addressBytes };
  const own: AddressPlace = { pointer: server, at: server.layout.offsetOf('address') };
  return wordIndexes(family).map((index) => addressWord(quoted, index).eq(addressWord(own, index)));
}

/**
 * Takes the path's MTU for the real server's if it is smaller; what of it fits the client's packets. A client that lets its packets be fragmented is told nothing, as by ip_vs.
 */
function learn(
  a: Assembly,
  family: Family,
  quote: Quote,
  server: Pointer<typeof RealServerSlot>,
): Value<U32> {
  const { b } = a;
  const isIpv4 = family.name === 'ipv4';
  const told = isIpv4 ? quote.icmp.load(be16, 6).host().to(u32) : quote.icmp.get('rest').host();
  b.if(all(told.ge(leastMtu[family.name]), told.lt(server.get('mtu'))), () =>
    server.set('mtu', told),
  );
  if (isIpv4) {
    const fits = (quote.inner as Pointer<Ipv4Layout>).get('fragment').hasBits(doNotFragment);
    b.if(
      fits,
      () => undefined,
      () => b.return(a.verdict.drop),
    );
  }
  return server.get('mtu').sub(quote.overheadBytes);
}

/** Leaves what was in the tunnel, as if it had just come from the client. */
function unwrap(
  a: Assembly,
  family: Family,
  at: Value<U32>,
  overheadBytes: Value<U32>,
  connection: Pointer<typeof Connection>,
): void {
  const { b, packet, hook, verdict } = a;
  const afterMac = 1;
  const extra = at.add(Icmp.sizeBytes - Ethernet.sizeBytes).add(overheadBytes);
  const failed =
    hook === 'xdp'
      ? b.helper('xdp_adjust_head', packet.context, extra)
      : b.helper('skb_adjust_room', packet.context, extra.negate(), afterMac, 0);
  b.if(failed.to(u32).ne(0), () => b.return(verdict.drop));
  packet.reload();
  const ethernet = packet.window(0, Ethernet.sizeBytes).orReturn(verdict.drop).view(Ethernet);
  ethernet.copy('source', connection, 'hopMac');
  ethernet.copy('destination', connection, 'ownMac');
  ethernet.set('etherType', family.etherType);
}
