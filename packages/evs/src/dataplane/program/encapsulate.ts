import { bytes, packed, SkBuff, u32, type Pointer, type U32, type Value } from '@evs/ebpf';
import { Ethernet, IpProtocol } from '../../packet/index.ts';
import type { RealServerSlot } from '../layouts.ts';
import { overheadBytes, variantCode, variantOf, type TunnelVariant } from '../tunnel-variants.ts';
import { drop, type Assembly, type Surroundings } from './assembly.ts';
import { ipv4, ipv6, type Family } from './family.ts';
import { headerOf } from './icmp-message.ts';
import { innerSum } from './inner-sum.ts';
import { outerAddressSum, writeOuterHeader } from './outer-header.ts';
import type { Datagram, Flow } from './parse.ts';
import { leastMtu, type PathLimit } from './path-mtu.ts';
import { addressFrame, sendToServer } from './send.ts';
import { portFromHash, writeTunnelHeader } from './tunnel-header.ts';

type ServerPointer = Pointer<typeof RealServerSlot>;

/** BPF_ADJ_ROOM_MAC: room between the MAC and the IP header. */
const afterMac = 1;
/** BPF_F_ADJ_ROOM_*: large packets stay whole until a device cuts them. */
const room = { fixedGso: 1, ipv4: 2, ipv6: 4, gre: 8, gue: 16, ipip: 0 } as const;

/** The longest of them; shorter ones are followed by the packet. */
const TunnelHeader = packed('tunnel_header', { bytes: bytes(12) });

/** Runs the code for the real server's kind of tunnel. */
export function byVariant(
  { b, features }: Pick<Surroundings, 'b' | 'features'>,
  family: Family,
  server: ServerPointer,
  body: (variant: TunnelVariant) => void,
): void {
  const variants = features.tunnels.map(variantOf).filter(({ inner }) => inner === family.name);
  const [last, ...others] = variants.toReversed();
  if (last === undefined) return;
  const code = server.get('tunnel').and(0xffff);
  b.switch(
    code,
    others.toReversed().map((variant) => [variantCode(variant), () => body(variant)] as const),
    () => body(last),
  );
}

/** What fits into a tunnel. */
export function tunnelLimit(variant: TunnelVariant, server: ServerPointer): PathLimit {
  const segmentBytes = server.get('mtu');
  return {
    bytes: segmentBytes.sub(overheadBytes(variant)),
    segmentBytes,
    leastBytes: leastMtu[variant.outer],
  };
}

/** The outer header's family, by which the real server is reached. */
const outerFamily = (a: Surroundings, { outer }: TunnelVariant): Family =>
  (outer === 'ipv4' ? ipv4 : ipv6)(a.maps);

/**
 * Sends the packet to the real server by the tunnel. An aggregate of segments goes without the tunnel's checksum:
 * the kernel would not renew it for each of them.
 */
export function sendByTunnel(
  a: Assembly,
  flow: Datagram,
  server: ServerPointer,
  variant: TunnelVariant,
): void {
  const { b, packet } = a;
  const send = (by: TunnelVariant): void => {
    encapsulate(a, flow, server, by);
    sendToServer(a, outerFamily(a, by), server);
  };
  if (a.hook === 'tc' && variant.checksum) {
    const segment = packet.context.load(u32, SkBuff.offsetOf('gsoSize'));
    b.if(segment.ne(0), () => send({ ...variant, checksum: false }));
  }
  send(variant);
}

/** Puts outer headers in front of the packet, director to real server. */
function encapsulate(
  a: Assembly,
  flow: Datagram,
  server: ServerPointer,
  variant: TunnelVariant,
): void {
  const { b, packet } = a;
  b.within('encapsulate', () => {
    const overhead = overheadBytes(variant);
    makeRoom(a, flow, variant);
    const { etherType, headerBytes } = outerFamily(a, variant);
    const innerAt = Ethernet.sizeBytes + overhead;
    const window = packet.window(0, innerAt + flow.family.headerBytes).orReturn(a.verdict.drop);
    const ethernet = window.view(Ethernet);
    addressFrame(ethernet, server);
    ethernet.set('etherType', etherType);
    const outer = window.view(headerOf(outerFamily(a, variant)), Ethernet.sizeBytes) as Pointer;
    const inner = window.view(headerOf(flow.family), innerAt) as Pointer;
    const betweenBytes = overhead - headerBytes;
    writeOuterHeader(b, variant, outer, server, {
      inner,
      payloadBytes: flow.length.add(betweenBytes),
      copiesDoNotFragment: a.features.settings.includes('pmtu_disc'),
    });
    if (variant.type === 'ipip') return;
    const header = window.view(TunnelHeader, Ethernet.sizeBytes + headerBytes) as Pointer;
    writeTunnelHeader(variant, header, {
      lengthBytes: flow.length,
      sourcePort: () => portFromHash(flowHash(flow, inner)),
      destinationPort: server.get('tunnel').shr(16),
      innerSum: () => innerSum(a, flow, inner, innerAt),
      addressSum: () => outerAddressSum(variant, server),
    });
  });
}

function makeRoom(a: Assembly, flow: Datagram, variant: TunnelVariant): void {
  const { b, packet } = a;
  const overhead = overheadBytes(variant);
  const flags = room[variant.outer] | room[variant.type];
  // A datagram of UDP must not become several: only segments of TCP may get smaller.
  const fixed = b.select(flow.protocol.eq(IpProtocol.udp), u32, flags | room.fixedGso, flags);
  const failed =
    a.hook === 'xdp'
      ? b.helper('xdp_adjust_head', packet.context, -overhead)
      : b.helper('skb_adjust_room', packet.context, overhead, afterMac, fixed);
  b.if(failed.to(u32).ne(0), () => drop(a, 'headers cannot be extended'));
  packet.reload();
}

/** Mixes a flow's addresses and ports; of what has no ports the addresses. */
function flowHash(flow: Datagram, inner: Pointer): Value<U32> {
  const addresses = Array.from({ length: flow.family.addressBytes / 2 }, (_, index) =>
    inner.load(u32, flow.family.sourceAt + 4 * index),
  );
  const ports = 'key' in flow ? [(flow as Flow).key.load(u32, 2 * flow.family.addressBytes)] : [];
  const folded = [...addresses, ...ports].reduce((total, word) => total.xor(word));
  return folded.mul(0x9e37_79b1);
}
