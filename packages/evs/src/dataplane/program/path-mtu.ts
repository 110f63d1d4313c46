import { SkBuff, u16, u32, type Pointer, type U32, type Value } from '@evs/ebpf';
import { IpProtocol, Tcp } from '../../packet/index.ts';
import type { RealServerSlot } from '../layouts.ts';
import { drop, type Assembly } from './assembly.ts';
import type { Family } from './family.ts';
import { isFlow, type Datagram, type Flow } from './parse.ts';
import { refuse } from './refuse.ts';

/** Bytes of an IP datagram that the way to a real server takes. */
export interface PathLimit {
  /** Of the client's packets: the MTU less what a tunnel adds. */
  readonly bytes: Value<U32>;
  /** Of the segments that an aggregate of TCP will be cut into: the kernel makes room for a tunnel in them. */
  readonly segmentBytes: Value<U32>;
  /** No way can have a smaller one: RFC 791, RFC 8200. */
  readonly leastBytes: number;
}

export const leastMtu = { ipv4: 68, ipv6: 1280 } as const;

/** The way of a method that adds nothing. */
export function plainLimit(family: Family, server: Pointer<typeof RealServerSlot>): PathLimit {
  const bytes = server.get('mtu');
  return { bytes, segmentBytes: bytes, leastBytes: leastMtu[family.name] };
}

/**
 * Tells the client what fits if the packet is too long for the way to its real server. Without "do not fragment",
 * too: programs cannot fragment, and clients then do, or send less. XDP leaves long packets to tc: in generic mode
 * it sees aggregates of segments as one.
 */
export function checkLength(
  a: Assembly,
  datagram: Datagram,
  server: Pointer<typeof RealServerSlot>,
  limit: PathLimit,
): void {
  const { b } = a;
  if (a.hook === 'xdp') return;
  b.within('check_length', () => {
    b.if(datagram.length.gt(limit.bytes), () => {
      b.unlikely();
      // The sender hears about the first of the fragments.
      if (!isFlow(datagram)) return drop(a, 'longer than the MTU');
      const longest = wireLength(a, datagram, limit);
      b.if(longest.gt(limit.bytes), () => tooLong(a, datagram, server, limit));
    });
  });
}

/**
 * Of the longest packet that will be on the wire, an aggregate's segments taken one by one. What the kernel
 * will cut smaller counts as short enough.
 */
function wireLength(a: Assembly, flow: Flow, limit: PathLimit): Value<U32> {
  const { b, packet, verdict } = a;
  const longest = b.variable(u32, flow.length);
  const segment = packet.context.load(u32, SkBuff.offsetOf('gsoSize'));
  b.if(segment.ne(0), () => {
    const ipHeader = b.constant(u32, 0).add(flow.transportAt).sub(14);
    longest.set(segment.add(ipHeader).add(8));
    b.if(flow.protocol.eq(IpProtocol.tcp), () => {
      const header = packet.window(flow.transportAt, Tcp.sizeBytes).orReturn(verdict.drop);
      const words = header.view(Tcp).get('dataOffset').shr(4).to(u32);
      const bytes = segment.add(ipHeader).add(words.shl(2));
      longest.set(b.select(bytes.gt(limit.segmentBytes), u32, bytes, 0));
    });
  });
  return longest;
}

function tooLong(
  a: Assembly,
  { family }: Flow,
  server: Pointer<typeof RealServerSlot>,
  { bytes, leastBytes }: PathLimit,
): void {
  const { b } = a;
  b.if(server.get('ifindex').eq(0), () => drop(a, 'no route to the real server'));
  b.if(bytes.lt(leastBytes), () => drop(a, 'longer than the MTU'));
  const mtu =
    family.name === 'ipv4'
      ? bytes.to(u16).network().reinterpret(u16).to(u32).shl(16)
      : bytes.network().reinterpret(u32);
  refuse(a, family, 'longer than the MTU', 'tooBig', mtu);
}
