import { all, any, not, u16, u32, u64, type LazyCondition, type Pointer } from '@evs/ebpf';
import { fragmentMask, IpProtocol, Udp, type Ipv4 } from '../../packet/index.ts';
import type { Assembly } from './assembly.ts';
import { complement } from './checksum.ts';
import type { Sum } from './family.ts';
import { isFlow, type Datagram } from './parse.ts';

/**
 * Sum of a packet that stands at `innerAt` of the frame, for the checksum of a header around it. A sound TCP or
 * UDP checksum makes its segment sum to the complement of the pseudo-header (local checksum offload, Linux
 * Documentation/networking/checksum-offloads.rst), even if it is left to hardware. Other packets are read whole.
 */
export function innerSum(a: Assembly, flow: Datagram, inner: Pointer, innerAt: number): Sum {
  const { b, packet } = a;
  const sum = b.variable(u64, 0);
  b.if(
    isCovered(a, flow, inner, innerAt),
    () => sum.set(fromPseudoHeader(a, flow, inner)),
    () => sum.set(b.call(a.routines.sumBytes, packet, innerAt, flow.length)),
  );
  return sum;
}

/** The packet has a transport checksum that covers the rest of it, and nothing else: it is no fragment. */
function isCovered(a: Assembly, flow: Datagram, inner: Pointer, innerAt: number): LazyCondition {
  const { b, packet, verdict } = a;
  const { protocol, transportAt } = flow;
  if (!isFlow(flow)) return b.constant(u32, 0).eq(1);
  return all(
    flow.family.name === 'ipv4'
      ? not((inner as Pointer<typeof Ipv4>).get('fragment').hasBits(fragmentMask))
      : b
          .constant(u32, 0)
          .add(transportAt)
          .eq(14 + flow.family.headerBytes),
    any(protocol.eq(IpProtocol.tcp), () => {
      const at = b.constant(u32, innerAt - 14).add(transportAt);
      const udp = packet.window(at, Udp.sizeBytes).orReturn(verdict.drop).view(Udp);
      return udp.get('checksum').ne(0);
    }),
  );
}

function fromPseudoHeader(a: Assembly, flow: Datagram, inner: Pointer): Sum {
  const { b } = a;
  const headerBytes = b.constant(u32, 0).add(flow.transportAt).sub(14);
  const length = flow.length.sub(headerBytes).to(u16).network().reinterpret(u16);
  const rest = complement(length).add(complement(flow.protocol.to(u16).shl(8)));
  if (flow.family.name === 'ipv4') {
    // The header with its own checksum sums to nothing.
    return rest.add(complement(inner.load(u32, 12))).add(complement(inner.load(u32, 16)));
  }
  // The addresses are in the header as well, and cancel out.
  return rest.add(inner.load(u32, 0).to(u64)).add(inner.load(u32, 4).to(u64));
}
