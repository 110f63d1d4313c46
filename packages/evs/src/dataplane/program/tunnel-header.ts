import { u16, u32, u64, type Pointer, type U32, type Value } from '@evs/ebpf';
import { EtherType, IpProtocol } from '../../packet/index.ts';
import type { TunnelVariant } from '../tunnel-variants.ts';
import { fold } from './checksum.ts';
import type { Sum } from './family.ts';

/** Protocol number of what the outer IP header carries. */
export function tunnelProtocol({ type, inner }: TunnelVariant): number {
  if (type === 'gue') return IpProtocol.udp;
  if (type === 'gre') return IpProtocol.gre;
  return innerProtocol(inner);
}

const innerProtocol = (inner: TunnelVariant['inner']): number =>
  inner === 'ipv4' ? IpProtocol.ipip : IpProtocol.ipv6;

/** What the header between the IP headers is made of. */
export interface TunnelContent {
  /** Of the inner packet. */
  readonly lengthBytes: Value<U32>;
  /** Source port of gue, as it lies in memory. */
  readonly sourcePort: () => Value<U32>;
  /** The real server's port for gue, as it lies in memory. */
  readonly destinationPort: Value<U32>;
  /** Sum of the inner packet; asked for only if the variant has a checksum. */
  readonly innerSum: () => Sum;
  /** What the outer addresses add to a UDP checksum. */
  readonly addressSum: () => Sum;
}

/** Writes what stands between the outer IP header and the packet. */
export function writeTunnelHeader(
  variant: TunnelVariant,
  header: Pointer,
  content: TunnelContent,
): void {
  if (variant.type === 'gue') writeGue(variant, header, content);
  if (variant.type === 'gre') writeGre(variant, header, content);
}

/** GUE's own header as it lies in memory: variant 0 without fields. */
export const gueWord = ({ inner }: TunnelVariant): number => innerProtocol(inner) << 8;

/** UDP, then GUE variant 0 without fields: header length 0, no control message, protocol, flags 0. */
function writeGue(variant: TunnelVariant, header: Pointer, content: TunnelContent): void {
  const length = content.lengthBytes
    .add(8 + 4)
    .to(u16)
    .network()
    .reinterpret(u16);
  const ports = content.sourcePort().or(content.destinationPort.shl(16));
  const gue = gueWord(variant);
  header.store(u32, 0, ports);
  header.store(u16, 4, length);
  header.store(u32, 8, gue);
  if (!variant.checksum) return header.store(u16, 6, 0);
  // The length counts twice: in the header and in the pseudo-header.
  const sum = content
    .innerSum()
    .add(content.addressSum())
    .add(ports.to(u64))
    .add(length.to(u64).shl(1))
    .add(gue + (IpProtocol.udp << 8));
  const b = header.builder;
  const checksum = b.variable(u16, fold(sum).xor(0xffff).to(u16));
  b.if(checksum.eq(0), () => checksum.set(0xffff));
  header.store(u16, 6, checksum);
}

/** RFC 2784: the C bit, the Ethertype, the checksum if there is one. */
function writeGre(
  { inner, checksum }: TunnelVariant,
  header: Pointer,
  content: TunnelContent,
): void {
  const etherType = EtherType[inner];
  const first = (checksum ? 0x80 : 0) | (swap16(etherType) << 16);
  header.store(u32, 0, first >>> 0);
  if (!checksum) return;
  const sum = content.innerSum().add(first >>> 0);
  header.store(u32, 4, fold(sum).xor(0xffff).to(u32));
}

/** A constant in network order as a little-endian machine holds it. */
export const swap16 = (value: number): number => ((value & 0xff) << 8) | (value >> 8);

/** A port of the local range, which tells the flows of a tunnel apart: net.ipv4.ip_local_port_range. */
export function portFromHash(hash: Value<U32>): Value<U32> {
  const [first, last] = [32_768, 60_999];
  const port = hash
    .shr(16)
    .mul(last - first)
    .shr(16)
    .add(first);
  return port.to(u16).network().reinterpret(u16).to(u32);
}
