import {
  all,
  any,
  be16,
  not,
  packed,
  tc,
  TcVerdict,
  u32,
  u8,
  type Builder,
  type LazyCondition,
  type Packet,
  type Pointer,
  type Program,
} from '@evs/ebpf';
import type { AddressFamily } from '../director/model.ts';
import { Ethernet, EtherType, fragmentMask, IpProtocol, Ipv4, Ipv6, Udp } from '../packet/index.ts';

/** `PACKET_HOST` of include/uapi/linux/if_packet.h: the frame is addressed to this host. */
const packetToHost = 0;
/** `BPF_ADJ_ROOM_MAC`: room is added or taken between the Ethernet and the IP header. */
const afterEthernet = 1;
/** `BPF_F_ADJ_ROOM_FIXED_GSO`: an aggregate's segments keep their size. */
const fixedGso = 1;
/** IANA's port for GUE. */
export const defaultGuePort = 6080;

const headers = { ipv4: Ipv4, ipv6: Ipv6 } as const;
const families: readonly AddressFamily[] = ['ipv4', 'ipv6'];
const numberOf = { ipv4: IpProtocol.ipip, ipv6: IpProtocol.ipv6 } as const;
/** Ethernet, IPv6, UDP and GUE: all that is looked at. */
const headersBytes = Ethernet.sizeBytes + Ipv6.sizeBytes + 12;

/** RFC 2784: flags and version, Ethertype; behind them the checksum if the highest bit says so. */
const Gre = packed('gre', { flags: be16, etherType: be16 });
/** GUE variant 0: draft-ietf-intarea-gue-09 section 3.1. */
const Gue = packed('gue', { udp: Udp, lengthAndVariant: u8, protocol: u8, flags: be16 });

/**
 * Opens tunnels on a real server whose kernel has no devices for them: takes the outer headers off packets that
 * carry IPv4 or IPv6 in either, directly (RFC 2003, RFC 2473), by GRE or by GUE to `guePort`, and lets the rest
 * of the system see the inner packet as if it had come in that way. Everything else passes untouched; also outer
 * headers with options or in fragments, which no director sends. Checksums of GRE and GUE are not verified: those
 * of the inner packet are.
 */
export const decapsulation = (guePort = defaultGuePort): Program =>
  tc('evs_decapsulate', (b, packet) => {
    b.if(packet.context.get('pktType').ne(packetToHost), () => b.return(TcVerdict.next));
    b.helper('skb_pull_data', packet.context, headersBytes);
    packet.reload();
    const at = packet.window(0, Ethernet.sizeBytes).orReturn(TcVerdict.next).view(Ethernet);
    const type = at.get('etherType');
    for (const outer of families) {
      b.if(type.eq(EtherType[outer]), () => openOuter(b, packet, outer, guePort));
    }
    return TcVerdict.next;
  });

function openOuter(b: Builder, packet: Packet<'tc'>, outer: AddressFamily, guePort: number): void {
  const layout = headers[outer];
  const ip = packet
    .window(0, Ethernet.sizeBytes + layout.sizeBytes)
    .orReturn(TcVerdict.next)
    .view(layout as typeof Ipv4, Ethernet.sizeBytes) as Pointer;
  b.if(
    isPlain(outer, ip),
    () => undefined,
    () => b.return(TcVerdict.next),
  );
  const protocol = ip.load(u8, outer === 'ipv4' ? 9 : 6);
  const contentAt = Ethernet.sizeBytes + layout.sizeBytes;
  const open = (inner: AddressFamily, extraBytes: number): void =>
    takeOff(b, packet, { outer, inner, sizeBytes: layout.sizeBytes + extraBytes });
  for (const inner of families) b.if(protocol.eq(numberOf[inner]), () => open(inner, 0));
  b.if(protocol.eq(IpProtocol.gre), () => openGre(b, packet, contentAt, open));
  b.if(protocol.eq(IpProtocol.udp), () => openGue(b, packet, contentAt, guePort, open));
  b.return(TcVerdict.next);
}

/** IPv4: no options and no fragment. */
const isPlain = (family: AddressFamily, ip: Pointer): LazyCondition =>
  family === 'ipv6'
    ? ip.load(u8, 0).and(0xf0).eq(0x60)
    : all(ip.load(u8, 0).eq(0x45), () => not(ip.load(be16, 6).hasBits(fragmentMask)));

type Open = (inner: AddressFamily, extraBytes: number) => void;

function openGre(b: Builder, packet: Packet<'tc'>, at: number, open: Open): void {
  const gre = packet.window(at, Gre.sizeBytes).orReturn(TcVerdict.next).view(Gre);
  const [flags, etherType] = [gre.get('flags'), gre.get('etherType')];
  for (const inner of families) {
    b.if(etherType.eq(EtherType[inner]), () => {
      b.if(flags.eq(0), () => open(inner, 4));
      b.if(flags.eq(0x8000), () => open(inner, 8));
    });
  }
}

function openGue(b: Builder, packet: Packet<'tc'>, at: number, guePort: number, open: Open): void {
  const gue = packet.window(at, Gue.sizeBytes).orReturn(TcVerdict.next).view(Gue);
  const isOther = any(
    gue.view('udp').get('destinationPort').ne(guePort),
    () => gue.get('lengthAndVariant').ne(0),
    () => gue.get('flags').ne(0),
  );
  b.if(isOther, () => b.return(TcVerdict.next));
  const protocol = gue.get('protocol');
  for (const inner of families)
    b.if(protocol.eq(numberOf[inner]), () => open(inner, Gue.sizeBytes));
}

interface Outer {
  readonly outer: AddressFamily;
  readonly inner: AddressFamily;
  readonly sizeBytes: number;
}

/**
 * Between families the packet first becomes one of the inner: that changes its length by what the IP headers differ.
 * Newer kernels could do both at once (BPF_F_ADJ_ROOM_DECAP_L3_IPV4), 6.1 cannot.
 */
function takeOff(b: Builder, packet: Packet<'tc'>, { outer, inner, sizeBytes }: Outer): void {
  const grown = outer === inner ? 0 : headers[inner].sizeBytes - headers[outer].sizeBytes;
  const giveUp = (failed: LazyCondition): void => b.if(failed, () => b.return(TcVerdict.next));
  if (outer !== inner) {
    const protocol = ((EtherType[inner] & 0xff) << 8) | (EtherType[inner] >> 8);
    giveUp(b.helper('skb_change_proto', packet.context, protocol, 0).to(u32).ne(0));
  }
  const size = -(sizeBytes + grown);
  const failed = b.helper('skb_adjust_room', packet.context, size, afterEthernet, fixedGso);
  giveUp(failed.to(u32).ne(0));
  packet.reload();
  const ethernet = packet.window(0, Ethernet.sizeBytes).orReturn(TcVerdict.next).view(Ethernet);
  ethernet.set('etherType', EtherType[inner]);
  b.return(TcVerdict.next);
}
