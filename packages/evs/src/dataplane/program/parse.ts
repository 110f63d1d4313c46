import {
  all,
  any,
  be16,
  type Be16,
  packed,
  reserved,
  u16,
  u32,
  u8,
  type Condition,
  type Pointer,
  type U16,
  type U32,
  type U8,
  type Value,
} from '@evs/ebpf';
import {
  type EthernetLayout,
  type Ipv4Layout,
  type Ipv6Layout,
  fragmentMask,
  fragmentOffsetMask,
  IpProtocol,
  Ipv4,
  Ipv6,
  Sctp,
  Tcp,
  TcpFlag,
  Udp,
  type UdpLayout,
} from '../../packet/index.ts';
import { SctpChunk } from '../sctp-states.ts';
import type { Features, Surroundings } from './assembly.ts';
import type { AddressPlace, Family } from './family.ts';

/** A packet whose IP header is read and sane. */
export interface Datagram {
  readonly family: Family;
  readonly ethernet: Pointer<EthernetLayout>;
  readonly ip: Pointer;
  readonly source: AddressPlace;
  readonly destination: AddressPlace;
  readonly protocol: Value<U8>;
  /** From the start of the frame. */
  readonly transportAt: Value<U32> | number;
  /** Of the IP datagram, in bytes: what statistics count. */
  readonly length: Value<U32>;
}

/** Where a packet comes from and where it goes. */
export interface Ends extends Pick<Datagram, 'family' | 'source' | 'destination'> {
  /** As it lies in memory. */
  readonly sourcePort: Value<U16>;
}

/** What a connection is made of. Its packet is at hand, or only quoted. */
export interface Origin extends Pick<Datagram, 'family' | 'ethernet' | 'protocol'> {
  /** The flow as the client sees it, on the stack. */
  readonly key: Pointer;
}

/** A datagram of a protocol with ports, or its first fragment. */
export interface Flow extends Datagram, Ends, Origin {
  /** The first eight bytes are the same for TCP and UDP as far as we read them. */
  readonly ports: Pointer<UdpLayout>;
  /** TCP flags; 0 for UDP. SYN also stands for INIT, and RST for ABORT of SCTP. */
  readonly flags: Value<U8>;
  /** Type of SCTP's first chunk; absent where there is no SCTP. */
  readonly chunk?: Value<U8>;
}

/**
 * Headers of an IPv4 or IPv6 datagram, or of its first fragment. Later ones end here; what is neither passes to the
 * host.
 */
export function parseDatagram(
  a: Surroundings,
  family: Family,
  ethernet: Pointer<EthernetLayout>,
): Datagram {
  return family.name === 'ipv4' ? parseIpv4(a, family, ethernet) : parseIpv6(a, family, ethernet);
}

function parseIpv4(a: Surroundings, family: Family, ethernet: Pointer<EthernetLayout>): Datagram {
  const { b, packet, verdict } = a;
  const ip = packet.window(0, 34).orReturn(verdict.pass).view(Ipv4, 14);
  b.if(ip.get('fragment').hasBits(fragmentMask), () => fragment(a, family, ip));
  const versionAndLength = ip.get('versionAndLength');
  const headerBytes = versionAndLength.to(u32).and(0x0f).shl(2);
  const length = ip.get('totalLength').host().to(u32);
  b.if(
    any(
      versionAndLength.and(0xf0).ne(0x40),
      headerBytes.lt(20),
      length.lt(headerBytes.add(8)),
      length.add(14).gt(packet.length()),
    ),
    () => b.return(verdict.pass),
  );
  return {
    family,
    ethernet,
    ip,
    source: { pointer: ip, at: 12 },
    destination: { pointer: ip, at: 16 },
    protocol: ip.get('protocol'),
    transportAt: headerBytes.add(14),
    length,
  };
}

/** A first fragment goes its way like a whole datagram; the others go after it. */
function fragment(a: Surroundings, family: Family, ip: Pointer<Ipv4Layout>): void {
  const { b, packet, routines, verdict } = a;
  b.unlikely();
  b.if(ip.get('fragment').hasBits(fragmentOffsetMask), () =>
    b.return(b.call(routines.followFirst(family), packet, 14).to(u32)),
  );
  const transportAt = ip.get('versionAndLength').to(u32).and(0x0f).shl(2).add(14);
  const protocol = ip.get('protocol').to(u32);
  const noted = b.call(routines.noteFirst(family), packet, 14, transportAt, protocol);
  b.if(noted.ne(0), () => b.return(verdict.pass));
}

/** The transport header may stand behind extension headers, of which one may tell a fragment. */
function parseIpv6(a: Surroundings, family: Family, ethernet: Pointer<EthernetLayout>): Datagram {
  const { b, packet, verdict } = a;
  const ip = packet.window(0, 54).orReturn(verdict.pass).view(Ipv6, 14);
  const length = ip.get('payloadLength').host().to(u32).add(40);
  b.if(
    any(ip.load(u8, 0).and(0xf0).ne(0x60), length.lt(48), length.add(14).gt(packet.length())),
    () => b.return(verdict.pass),
  );
  return {
    family,
    ethernet,
    ip,
    source: { pointer: ip, at: 8 },
    destination: { pointer: ip, at: 24 },
    ...behindExtensions(a, family, ip, length),
    length,
  };
}

/** Most packets have no extension headers, and are spared the search. */
function behindExtensions(
  a: Surroundings,
  family: Family,
  ip: Pointer<Ipv6Layout>,
  length: Value<U32>,
): Pick<Datagram, 'protocol' | 'transportAt'> {
  const { b, packet, verdict } = a;
  const protocol = b.variable(u8, ip.get('nextHeader'));
  const transportAt = b.variable(u32, 54);
  const { tcp, udp, icmpv6 } = IpProtocol;
  b.if(all(protocol.ne(tcp), protocol.ne(udp), protocol.ne(icmpv6)), () => {
    b.unlikely();
    const found = b.call(a.routines.skipExtensions, packet, 54, protocol.to(u32));
    const number = found.shr(16).to(u8);
    const at = found.to(u32).and(0x1ff);
    protocol.set(number);
    transportAt.set(at);
    b.if(any(found.eq(0), length.add(14).lt(at.add(8))), () => b.return(verdict.pass));
    b.if(number.eq(IpProtocol.fragment), () =>
      b.return(b.call(a.routines.followFirst(family), packet, at).to(u32)),
    );
    const fragmentAt = found.shr(32).to(u32);
    b.if(fragmentAt.ne(0), () => {
      const noted = b.call(a.routines.noteFirst(family), packet, fragmentAt, at, number.to(u32));
      b.if(noted.ne(0), () => b.return(verdict.pass));
    });
  });
  return { protocol, transportAt };
}

/** Its ports are at hand: a later fragment has none. */
export const isFlow = (datagram: Datagram): datagram is Flow => 'key' in datagram;

/** Ports, TCP flags and the key of the flow; passes other protocols to the host. */
export function parseFlow(a: Surroundings, datagram: Datagram): Flow {
  const { b, verdict, features } = a;
  const { protocol, family } = datagram;
  const wanted = [
    ...(features.tcp ? [protocol.ne(IpProtocol.tcp)] : []),
    ...(features.udp ? [protocol.ne(IpProtocol.udp)] : []),
    ...(features.sctp ? [protocol.ne(IpProtocol.sctp)] : []),
  ];
  b.if(all(...wanted), () => b.return(verdict.pass));
  const transport =
    features.udp || features.sctp ? portsAndFlags(a, datagram) : tcpHeader(a, datagram);
  const { ports } = transport;
  const sourcePort = ports.load(u16, 0);
  return { ...datagram, ...transport, sourcePort, key: flowKey(a, family, datagram, ports) };
}

/** Where every flow is TCP, one bounds check serves both. */
function tcpHeader(a: Surroundings, { transportAt }: Datagram): Pick<Flow, 'ports' | 'flags'> {
  const window = a.packet.window(transportAt, Tcp.sizeBytes).orReturn(a.verdict.pass);
  return { ports: window.view(Udp), flags: window.view(Tcp).get('flags') };
}

function portsAndFlags(
  a: Surroundings,
  datagram: Datagram,
): Pick<Flow, 'ports' | 'flags' | 'chunk'> {
  const { b, packet, verdict, features } = a;
  const { protocol, transportAt } = datagram;
  const ports = packet.window(transportAt, Udp.sizeBytes).orReturn(verdict.pass).view(Udp);
  const flags = b.variable(u8, 0);
  if (features.tcp) {
    b.if(protocol.eq(IpProtocol.tcp), () => {
      const tcp = packet.window(transportAt, Tcp.sizeBytes).orReturn(verdict.pass).view(Tcp);
      flags.set(tcp.get('flags'));
    });
  }
  if (!features.sctp) return { ports, flags };
  const chunk = b.variable(u8, 0);
  b.if(protocol.eq(IpProtocol.sctp), () => {
    chunk.set(firstChunk(a, transportAt));
    b.if(chunk.eq(SctpChunk.init), () => flags.set(TcpFlag.syn));
    b.if(chunk.eq(SctpChunk.abort), () => flags.set(TcpFlag.rst));
  });
  return { ports, flags, chunk };
}

/** Chunks are shorter where another one follows them in the first bytes of a packet. */
const longestChunk = 0x3fff;

/** The type of the first chunk; ABORT also where it follows a cookie, as in ip_vs. */
function firstChunk(a: Surroundings, transportAt: Datagram['transportAt']): Value<U8> {
  const { b, packet, verdict } = a;
  const sctp = packet.window(transportAt, Sctp.sizeBytes).orReturn(verdict.pass).view(Sctp);
  const chunk = b.variable(u8, sctp.get('chunk'));
  b.if(any(chunk.eq(SctpChunk.cookieEcho), chunk.eq(SctpChunk.cookieAck)), () => {
    const length = sctp
      .get('chunkLength')
      .host()
      .to(u32)
      .add(3)
      .and(longestChunk & ~3);
    const next = length.add(transportAt).add(Sctp.offsetOf('chunk'));
    packet.window(next, 4).match((window) => {
      const isAbort = window.view(NextChunk).get('type').eq(SctpChunk.abort);
      b.if(all(length.ne(0), isAbort), () => chunk.set(SctpChunk.abort));
    });
  });
  return chunk;
}
const NextChunk = packed('next_chunk', { type: u8, _: reserved(3) });

/** Ports of a flow, as they stand in its key: source first. */
export const portsOf = ({ family, key }: Pick<Origin, 'family' | 'key'>): Ports => ({
  source: key.load(be16, 2 * family.addressBytes),
  destination: key.load(be16, 2 * family.addressBytes + 2),
});
interface Ports {
  readonly source: Value<Be16>;
  readonly destination: Value<Be16>;
}

/** The ends of a flow by its key. */
export const endsOf = (family: Family, key: Pointer): Ends => ({
  family,
  source: { pointer: key, at: 0 },
  destination: { pointer: key, at: family.addressBytes },
  sourcePort: key.load(u16, 2 * family.addressBytes),
});

function flowKey(
  a: Surroundings,
  family: Family,
  datagram: Datagram,
  ports: Pointer<UdpLayout>,
): Pointer {
  const key = a.b.local(family.FlowKey);
  const addresses = 2 * family.addressBytes;
  key.copyBytes(0, datagram.ip, family.sourceAt, addresses);
  key.copyBytes(addresses, ports, 0, 4);
  key.store(u32, addresses + 4, datagram.protocol.to(u32));
  return key;
}

/**
 * A segment that may open a connection: SYN without RST, as ip_vs has it, with sloppy_tcp anything without RST;
 * any UDP datagram may, and SCTP's INIT, with sloppy_sctp anything but ABORT.
 */
export function opensConnection(flow: Flow, { settings, sctp }: Features): Condition {
  const opens = (sloppy: boolean): Condition =>
    sloppy
      ? flow.flags.and(TcpFlag.rst).eq(0)
      : flow.flags.and(TcpFlag.syn | TcpFlag.rst).eq(TcpFlag.syn);
  const byTcp = settings.includes('sloppy_tcp');
  const bySctp = settings.includes('sloppy_sctp');
  const may =
    sctp && byTcp !== bySctp
      ? any(
          all(flow.protocol.eq(IpProtocol.tcp), () => opens(byTcp)),
          all(flow.protocol.eq(IpProtocol.sctp), () => opens(bySctp)),
          flow.protocol.eq(IpProtocol.udp),
        )
      : any(isUdp(flow, sctp), () => opens(byTcp));
  return all(comesFromClient(flow), may);
}

/** Port 20 is a server's end of FTP's data connections: nobody opens one from there. */
export const comesFromClient = (origin: Origin): Condition => portsOf(origin).source.ne(20);

const isUdp = (flow: Flow, sctp: boolean): Condition =>
  sctp ? flow.protocol.eq(IpProtocol.udp) : flow.protocol.ne(IpProtocol.tcp);
