import {
  all,
  u16,
  u32,
  u64,
  u8,
  type Condition,
  type Pointer,
  type U32,
  type Value,
} from '@evs/ebpf';
import { IpProtocol, Ipv4, Ipv6, type Ipv4Layout, type Ipv6Layout } from '../../packet/index.ts';
import { fold } from './checksum.ts';
import type { Family, Sum } from './family.ts';

/** What a client is told about a packet of its own. */
export type IcmpKind = 'portUnreachable' | 'timeExceeded' | 'tooBig';

/** Type and code: RFC 792, RFC 4443. */
const types: Readonly<
  Record<IcmpKind, Readonly<Record<Family['name'], readonly [number, number]>>>
> = {
  portUnreachable: { ipv4: [3, 3], ipv6: [1, 4] },
  timeExceeded: { ipv4: [11, 0], ipv6: [3, 0] },
  tooBig: { ipv4: [3, 4], ipv6: [2, 0] },
};

/** The first two bytes of the ICMP header, as a little-endian machine holds them. */
export function messageOf(family: Family, kind: IcmpKind): number {
  const [type, code] = types[kind][family.name];
  return type | (code << 8);
}

/** The IP header around a message: what differs between the families. */
export interface Envelope {
  /** Most bytes of a message with its IP header: RFC 1812 section 4.3.2.3, RFC 4443 section 2.4 (c). */
  readonly mostBytes: number;
  /** Length of a datagram, as it says itself. */
  length(ip: Pointer): Value<U32>;
  /** It comes from one host, and is none of the fragments that cannot be understood alone. */
  isAnswerable(ip: Pointer): Condition;
  /** Writes the header of the answer to `about`; what its addresses add to the ICMP checksum. */
  write(ip: Pointer, about: Pointer, payloadBytes: Value<U32>): Sum | 0;
}

const hops = 64;

const ipv4Envelope: Envelope = {
  mostBytes: 576,
  length: (ip) => (ip as Pointer<Ipv4Layout>).get('totalLength').host().to(u32),
  isAnswerable: (ip) => {
    const network = ip.load(u8, 12);
    const [thisNetwork, loopback, multicast] = [0, 127, 224];
    return all(network.ne(thisNetwork), network.ne(loopback), network.lt(multicast), () =>
      (ip as Pointer<Ipv4Layout>).get('fragment').and(0x1fff).eq(0),
    );
  },
  write: (ip, about, payloadBytes) => {
    // Precedence "internetwork control", RFC 1812 section 4.3.2.5; the rest of the type of service as it came.
    const first = about.load(u8, 1).and(0x1e).or(0xc0).to(u32).shl(8).or(0x45);
    const length = payloadBytes.add(Ipv4.sizeBytes).to(u16).network().reinterpret(u16);
    const lifeAndProtocol = hops | (IpProtocol.icmp << 8);
    const [from, to] = [about.load(u32, 16), about.load(u32, 12)];
    const sum = [length, from, to].reduce<Sum>(
      (total, word) => total.add(word.to(u64)),
      first.to(u64),
    );
    ip.store(u16, 0, first.to(u16));
    ip.store(u16, 2, length);
    ip.store(u32, 4, 0);
    ip.store(u16, 8, lifeAndProtocol);
    ip.store(u16, 10, fold(sum.add(lifeAndProtocol)).xor(0xffff).to(u16));
    ip.store(u32, 12, from);
    ip.store(u32, 16, to);
    return 0;
  },
};

const ipv6Envelope: Envelope = {
  mostBytes: 1280,
  length: (ip) => (ip as Pointer<Ipv6Layout>).get('payloadLength').host().to(u32).add(40),
  isAnswerable: (ip) => all(ip.load(u8, 8).ne(0xff), () => ip.load(u64, 8).ne(0)),
  write: (ip, about, payloadBytes) => {
    const length = payloadBytes.to(u16).network().reinterpret(u16);
    ip.store(u32, 0, 0x60);
    ip.store(u16, 4, length);
    ip.store(u8, 6, IpProtocol.icmpv6);
    ip.store(u8, 7, hops);
    ip.copyBytes(8, about, 24, 16);
    ip.copyBytes(24, about, 8, 16);
    const words = Array.from({ length: 8 }, (_, index) => about.load(u32, 8 + 4 * index).to(u64));
    const addresses = words.reduce((total, word) => total.add(word));
    return addresses.add(length.to(u64)).add(IpProtocol.icmpv6 << 8);
  },
};

export const envelopeOf = (family: Family): Envelope =>
  family.name === 'ipv4' ? ipv4Envelope : ipv6Envelope;

/** The layout of a family's header. */
export const headerOf = (family: Family): Ipv4Layout | Ipv6Layout =>
  family.name === 'ipv4' ? Ipv4 : Ipv6;
