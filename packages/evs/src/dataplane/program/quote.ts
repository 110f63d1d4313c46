import { u16, u32, u8, type Pointer, type U32, type U8, type Value } from '@evs/ebpf';
import { Icmp, Ports } from '../../packet/index.ts';
import type { Surroundings } from './assembly.ts';
import type { AddressPlace, Family } from './family.ts';
import { headerOf } from './icmp-message.ts';

/** The beginning of the packet that an ICMP error is about. */
export interface Quote {
  readonly icmp: Pointer<typeof Icmp>;
  /** The quoted IP header. */
  readonly quoted: Pointer;
  readonly quotedSource: AddressPlace;
  readonly quotedDestination: AddressPlace;
  /** The quoted ports, source first. */
  readonly ports: Pointer;
  readonly protocol: Value<U8>;
}

/** What is quoted of the transport header at least, RFC 792. */
const leastBytes = 8;

/** Reads a quote without a look at it; passes what is cut short. */
export function quoteAt(a: Surroundings, family: Family, icmpAt: Value<U32>): Quote {
  const headers = Icmp.sizeBytes + family.headerBytes;
  const window = a.packet.window(icmpAt, headers + leastBytes).orReturn(a.verdict.pass);
  const quoted = window.view(headerOf(family), Icmp.sizeBytes) as Pointer;
  return {
    icmp: window.view(Icmp),
    quoted,
    quotedSource: { pointer: quoted, at: family.sourceAt },
    quotedDestination: { pointer: quoted, at: family.sourceAt + family.addressBytes },
    ports: window.view(Ports, headers),
    protocol: quoted.load(u8, family.name === 'ipv4' ? 9 : 6),
  };
}

/** Key of the flow in the opposite direction of the quoted packet. */
export function oppositeKey(a: Surroundings, family: Family, quote: Quote): Pointer {
  const { quoted, ports, protocol } = quote;
  const size = family.addressBytes;
  const key = a.b.local(family.FlowKey);
  key.copyBytes(0, quoted, family.sourceAt + size, size);
  key.copyBytes(size, quoted, family.sourceAt, size);
  key.store(u16, 2 * size, ports.load(u16, 2));
  key.store(u16, 2 * size + 2, ports.load(u16, 0));
  key.store(u32, 2 * size + 4, protocol.to(u32));
  return key;
}
