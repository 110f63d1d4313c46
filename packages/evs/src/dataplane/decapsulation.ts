import {
  all,
  not,
  tc,
  TcVerdict,
  type Builder,
  type LazyCondition,
  type Packet,
  type Pointer,
  type Program,
} from '@evs/ebpf';
import {
  Ethernet,
  EtherType,
  fragmentMask,
  IpProtocol,
  Ipv4,
  Ipv6,
  type Ipv4Layout,
  type Ipv6Layout,
} from '../packet/index.ts';

/** `PACKET_HOST` of include/uapi/linux/if_packet.h: the frame is addressed to this host. */
const packetToHost = 0;
/** `BPF_ADJ_ROOM_MAC`: room is added or taken between the Ethernet and the IP header. */
const afterEthernet = 1;

/** The shortest frame with a tunnel in it, and all that is looked at. */
const headersBytes = Ethernet.sizeBytes + Ipv6.sizeBytes;

/**
 * Opens tunnels on a real server whose kernel has no ipip device: takes the outer header off packets
 * that carry IPv4 in IPv4 (RFC 2003) or IPv6 in IPv6 (RFC 2473), and lets the rest of the system see the
 * inner packet as if it had come in that way. Everything else passes untouched; also outer headers with
 * options or in fragments, which no director sends.
 */
export const decapsulation = (): Program =>
  tc('evs_decapsulate', (b, packet) => {
    b.if(packet.context.get('pktType').ne(packetToHost), () => b.return(TcVerdict.next));
    b.helper('skb_pull_data', packet.context, headersBytes);
    packet.reload();
    open(b, packet, { header: Ipv4, etherType: EtherType.ipv4, holdsTunnel: holdsIpv4 });
    open(b, packet, { header: Ipv6, etherType: EtherType.ipv6, holdsTunnel: holdsIpv6 });
    return TcVerdict.next;
  });

/** Takes the outer header off and returns, if the packet has one of this kind. */
function open<S extends Ipv4Layout | Ipv6Layout>(
  b: Builder,
  packet: Packet<'tc'>,
  { header, etherType, holdsTunnel }: OuterHeader<S>,
): void {
  packet.window(0, Ethernet.sizeBytes + header.sizeBytes).match((headers) => {
    const isOfKind = headers.view(Ethernet).get('etherType').eq(etherType);
    const outer = headers.view(header, Ethernet.sizeBytes);
    b.if(all(isOfKind, holdsTunnel(outer)), () => {
      b.helper('skb_adjust_room', packet.context, -header.sizeBytes, afterEthernet, 0);
      b.return(TcVerdict.next);
    });
  });
}

interface OuterHeader<S extends Ipv4Layout | Ipv6Layout> {
  readonly header: S;
  readonly etherType: number;
  readonly holdsTunnel: (outer: Pointer<S>) => LazyCondition;
}

/** No options, no fragment, and IPv4 within. */
const holdsIpv4 = (outer: Pointer<Ipv4Layout>): LazyCondition =>
  all(
    outer.get('versionAndLength').eq(0x45),
    () => outer.get('protocol').eq(IpProtocol.ipip),
    () => not(outer.get('fragment').hasBits(fragmentMask)),
  );

const holdsIpv6 = (outer: Pointer<Ipv6Layout>): LazyCondition =>
  outer.get('nextHeader').eq(IpProtocol.ipv6);
