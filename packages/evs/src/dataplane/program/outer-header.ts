import {
  all,
  u16,
  u32,
  u64,
  u8,
  type Builder,
  type Pointer,
  type U32,
  type U8,
  type Value,
} from '@evs/ebpf';
import { doNotFragment, Ipv4, Ipv6 } from '../../packet/index.ts';
import type { RealServerSlot } from '../layouts.ts';
import type { TunnelVariant } from '../tunnel-variants.ts';
import { fold } from './checksum.ts';
import { addressWord, type Sum } from './family.ts';
import { swap16, tunnelProtocol } from './tunnel-header.ts';

type ServerPointer = Pointer<typeof RealServerSlot>;

/** What the outer header takes from the inner one. */
export interface OuterContent {
  readonly inner: Pointer;
  /** Behind the outer IP header. */
  readonly payloadBytes: Value<U32>;
  /** Path MTU discovery goes through the tunnel: ip_vs's setting pmtu_disc. */
  readonly copiesDoNotFragment: boolean;
}

/** Writes the outer IP header, director to real server. */
export function writeOuterHeader(
  b: Builder,
  variant: TunnelVariant,
  outer: Pointer,
  server: ServerPointer,
  content: OuterContent,
): void {
  if (variant.outer === 'ipv4') writeIpv4(b, variant, outer, server, content);
  else writeIpv6(b, variant, outer, server, content);
}

/** Sum of the outer addresses. */
export function outerAddressSum(variant: TunnelVariant, server: ServerPointer): Sum {
  const indexes = variant.outer === 'ipv4' ? [0] : [0, 1, 2, 3];
  const words = (['localAddress', 'address'] as const).flatMap((field) => {
    const place = { pointer: server as Pointer, at: server.layout.offsetOf(field) };
    return indexes.map((index) => addressWord(place, index).to(u64));
  });
  return words.reduce((total, word) => total.add(word));
}

function writeIpv4(
  b: Builder,
  variant: TunnelVariant,
  outer: Pointer,
  server: ServerPointer,
  { inner, payloadBytes, copiesDoNotFragment }: OuterContent,
): void {
  const { trafficClass, hops } = readInner(b, variant, inner);
  const first = trafficClass.to(u32).shl(8).or(0x45);
  const length = payloadBytes.add(Ipv4.sizeBytes).to(u16).network().reinterpret(u16);
  const lifeAndProtocol = hops.to(u32).or(tunnelProtocol(variant) << 8);
  const flag = swap16(doNotFragment);
  const fragment = b.variable(u16, 0);
  const identification = b.variable(u16, 0);
  const generate = (): void => identification.set(b.random().to(u16));
  if (variant.inner === 'ipv4' && copiesDoNotFragment) {
    fragment.set(inner.load(u16, 6).and(flag));
    b.if(fragment.eq(0), generate);
  } else generate();
  const words: readonly Value[] = [length, identification, fragment, lifeAndProtocol];
  const sum = words.reduce<Sum>((total, word) => total.add(word.to(u64)), first.to(u64));
  outer.store(u16, 0, first.to(u16));
  outer.store(u16, 2, length);
  outer.store(u16, 4, identification);
  outer.store(u16, 6, fragment);
  outer.store(u16, 8, lifeAndProtocol.to(u16));
  outer.store(
    u16,
    10,
    fold(sum.add(outerAddressSum(variant, server)))
      .xor(0xffff)
      .to(u16),
  );
  outer.copyBytes(12, server, server.layout.offsetOf('localAddress'), 4);
  outer.copyBytes(16, server, server.layout.offsetOf('address'), 4);
}

function writeIpv6(
  b: Builder,
  variant: TunnelVariant,
  outer: Pointer,
  server: ServerPointer,
  { inner, payloadBytes }: OuterContent,
): void {
  const { trafficClass, hops } = readInner(b, variant, inner);
  const wide = trafficClass.to(u32);
  outer.store(u32, 0, wide.shr(4).or(wide.and(0x0f).shl(12)).or(0x60));
  outer.store(u16, 4, payloadBytes.to(u16).network().reinterpret(u16));
  outer.store(u8, 6, tunnelProtocol(variant));
  outer.store(u8, 7, hops);
  outer.copyBytes(8, server, server.layout.offsetOf('localAddress'), 16);
  outer.copyBytes(24, server, server.layout.offsetOf('address'), 16);
}

function readInner(
  b: Builder,
  { inner: family }: TunnelVariant,
  inner: Pointer,
): { trafficClass: Value<U8>; hops: Value<U8> } {
  if (family === 'ipv4') {
    const hops = inner.load(u8, Ipv4.offsetOf('timeToLive'));
    return { trafficClass: outerTrafficClass(b, inner.load(u8, 1)), hops };
  }
  // Traffic class: lower half of byte 0 and upper half of byte 1.
  const word = inner.load(u16, 0);
  const trafficClass = word.and(0x0f).shl(4).or(word.shr(12)).to(u8);
  const hops = inner.load(u8, Ipv6.offsetOf('hopLimit'));
  return { trafficClass: outerTrafficClass(b, trafficClass), hops };
}

/** The inner class, but congestion experienced (11) becomes ECT(0) (10), as ip_vs writes it. */
function outerTrafficClass(b: Builder, inner: Value<U8>): Value<U8> {
  const outer = b.variable(u8, inner);
  b.if(all(inner.and(3).eq(3)), () => outer.set(inner.and(0xfe)));
  return outer;
}
