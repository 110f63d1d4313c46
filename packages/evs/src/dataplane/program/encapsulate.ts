import { all, u16, u32, u64, u8, type Pointer, type U8, type Value } from '@evs/ebpf';
import { doNotFragment, Ethernet, IpProtocol, Ipv4, Ipv6 } from '../../packet/index.ts';
import type { RealServerSlot } from '../layouts.ts';
import { drop, type Assembly } from './assembly.ts';
import { fold } from './checksum.ts';
import { addressWord, type Family, type Sum } from './family.ts';
import type { Datagram } from './parse.ts';
import { leastMtu, type PathLimit } from './path-mtu.ts';
import { addressFrame } from './send.ts';

type ServerPointer = Pointer<typeof RealServerSlot>;

/** BPF_ADJ_ROOM_MAC: room between the MAC and the IP header. */
const afterMac = 1;
/** BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 and _IPV6: large packets stay whole until a device cuts them. */
const encapsulation = { ipv4: 2, ipv6: 4 } as const;

/** What fits into the tunnel. */
export function tunnelLimit(family: Family, server: ServerPointer): PathLimit {
  const segmentBytes = server.get('mtu');
  const bytes = segmentBytes.sub(family.headerBytes);
  return { bytes, segmentBytes, leastBytes: leastMtu[family.name] };
}

/**
 * Puts an outer IP header in front of the packet, director to real server, same address family. `change` is
 * what else must happen to the packet, after its header has been read.
 */
export function encapsulate(
  a: Assembly,
  flow: Datagram,
  server: ServerPointer,
  change: () => void = () => {},
): void {
  a.b.within('encapsulate', () => {
    const write = flow.family.name === 'ipv4' ? outerIpv4(a, flow) : outerIpv6(a, flow);
    change();
    makeRoom(a, flow);
    const head = a.packet
      .window(0, Ethernet.sizeBytes + flow.family.headerBytes)
      .orReturn(a.verdict.drop);
    const ethernet = head.view(Ethernet);
    addressFrame(ethernet, server);
    ethernet.set('etherType', flow.family.etherType);
    write(head.view(flow.family.name === 'ipv4' ? Ipv4 : Ipv6, Ethernet.sizeBytes), server);
  });
}

function makeRoom(a: Assembly, flow: Datagram): void {
  const { b, packet } = a;
  const { headerBytes, name } = flow.family;
  const failed =
    a.hook === 'xdp'
      ? b.helper('xdp_adjust_head', packet.context, -headerBytes)
      : b.helper('skb_adjust_room', packet.context, headerBytes, afterMac, encapsulation[name]);
  b.if(failed.to(u32).ne(0), () => drop(a, 'headers cannot be extended'));
  packet.reload();
}

type WriteOuter = (outer: Pointer, server: ServerPointer) => void;

/** Reads what the outer header takes from the inner one, before the packet moves. */
function outerIpv4(a: Assembly, flow: Datagram): WriteOuter {
  const { b } = a;
  const inner = flow.ip;
  const typeOfService = outerTrafficClass(a, inner.load(u8, 1));
  const timeToLive = inner.load(u8, Ipv4.offsetOf('timeToLive'));
  const totalLength = flow.length.add(20).to(u16).network();
  const identification = inner.load(u16, 4);
  const fragment = inner.load(u16, 6).and(swap16(doNotFragment));
  return (outer, server) => {
    const first = b.constant(u32, 0x45).or(typeOfService.to(u32).shl(8));
    const lengthField = totalLength.reinterpret(u16);
    const lifeAndProtocol = timeToLive.to(u32).or(IpProtocol.ipip << 8);
    const source = { pointer: server, at: server.layout.offsetOf('localAddress') };
    const destination = { pointer: server, at: server.layout.offsetOf('address') };
    const words: Value[] = [
      first,
      lengthField,
      identification,
      fragment,
      lifeAndProtocol,
      addressWord(source, 0),
      addressWord(destination, 0),
    ];
    const sum = words.slice(1).reduce<Sum>((total, word) => total.add(word.to(u64)), first.to(u64));
    outer.store(u16, 0, first.to(u16));
    outer.store(u16, 2, lengthField);
    outer.store(u16, 4, identification);
    outer.store(u16, 6, fragment);
    outer.store(u16, 8, lifeAndProtocol.to(u16));
    outer.store(u16, 10, fold(sum).xor(0xffff).to(u16));
    outer.copyBytes(12, server, source.at, 4);
    outer.copyBytes(16, server, destination.at, 4);
  };
}

function outerIpv6(a: Assembly, flow: Datagram): WriteOuter {
  const inner = flow.ip;
  const { b } = a;
  const word = inner.load(u16, 0);
  // Traffic class: lower half of byte 0 and upper half of byte 1.
  const innerClass = word.and(0x0f).shl(4).or(word.shr(12)).to(u8);
  const trafficClass = outerTrafficClass(a, innerClass).to(u32);
  const hopLimit = inner.load(u8, Ipv6.offsetOf('hopLimit'));
  const payload = flow.length.to(u16).network();
  return (outer, server) => {
    const first = b.constant(u32, 0x60).or(trafficClass.shr(4)).or(trafficClass.and(0x0f).shl(12));
    outer.store(u32, 0, first);
    outer.store(u16, 4, payload.reinterpret(u16));
    outer.store(u8, 6, IpProtocol.ipv6);
    outer.store(u8, 7, hopLimit);
    outer.copyBytes(8, server, server.layout.offsetOf('localAddress'), 16);
    outer.copyBytes(24, server, server.layout.offsetOf('address'), 16);
  };
}

/** The inner class, but congestion experienced (11) becomes ECT(0) (10), as ip_vs writes it. */
function outerTrafficClass(a: Assembly, inner: Value<U8>): Value<U8> {
  const outer = a.b.variable(u8, inner);
  a.b.if(all(inner.and(3).eq(3)), () => outer.set(inner.and(0xfe)));
  return outer;
}

/** A constant in network order as the little-endian machine holds it. */
const swap16 = (value: number): number => ((value & 0xff) << 8) | (value >> 8);
