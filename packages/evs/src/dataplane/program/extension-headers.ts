import {
  any,
  be16,
  packed,
  packetOf,
  subprogram,
  u32,
  u64,
  u8,
  type PacketParameter,
  type Subprogram,
  type U32,
} from '@evs/ebpf';
import { IpProtocol } from '../../packet/index.ts';
import type { Hook } from './assembly.ts';

/** Hop-by-hop options, routing and destination options share their first bytes: RFC 8200 section 4. */
const skipped = [0, 43, 60] as const;
/** No extension header is shorter than eight bytes. The third and fourth are those of a fragment header. */
const Extension = packed('ipv6_extension', { nextHeader: u8, length: u8, offsetAndMore: be16 });
/** More of them are of no use to anybody but attackers. */
const mostHeaders = 6;
/** The transport header must begin before this byte of the frame. */
const endOfHeaders = 512;

/** Arguments: the packet, where the first extension header begins, its number. */
export type SkipExtensions = Subprogram<readonly [PacketParameter, U32, U32]>;

/**
 * Finds the header behind the extension headers: its place in the lowest 16 bits, its number above; 0 if it cannot be
 * found. A first fragment's header is skipped, too: its place stands in the upper half then. That of a later fragment
 * is where the search ends. A datagram that is whole in spite of its fragment header (RFC 6946) is like any other.
 */
export const skipExtensionsRoutine = (hook: Hook): SkipExtensions =>
  subprogram('skip_extensions', [packetOf(hook), u32, u32], (b, packet, first, number) => {
    const [at, next] = [b.variable(u32, first), b.variable(u32, number)];
    const fragmentAt = b.variable(u32, 0);
    const extension = b.local(Extension);
    const load = hook === 'xdp' ? 'xdp_load_bytes' : 'skb_load_bytes';
    b.repeat(mostHeaders, (_, loop) => {
      const isFragment = next.eq(IpProtocol.fragment);
      b.if(
        any(...skipped.map((each) => next.eq(each)), isFragment),
        () => undefined,
        () => loop.break(),
      );
      const failed = b.helper(load, packet.context, at, extension, Extension.sizeBytes);
      b.if(failed.to(u32).ne(0), () => b.return(0));
      const length = b.variable(u32, extension.get('length').to(u32).add(1).shl(3));
      b.if(next.eq(IpProtocol.fragment), () => {
        const offsetAndMore = extension.get('offsetAndMore').host();
        b.if(offsetAndMore.and(0xfff8).ne(0), () => loop.break());
        b.if(offsetAndMore.and(1).ne(0), () => fragmentAt.set(at));
        length.set(8);
      });
      next.set(extension.get('nextHeader').to(u32));
      at.set(at.add(length));
      b.if(at.ge(endOfHeaders), () => b.return(0));
    });
    return fragmentAt.to(u64).shl(32).or(next.shl(16).or(at).to(u64));
  });
