import {
  any,
  packed,
  subprogram,
  u32,
  u64,
  u8,
  type Subprogram,
  type U32,
  type U64,
} from '@evs/ebpf';
import type { Hook } from './assembly.ts';

/** Hop-by-hop options, routing and destination options share their first bytes: RFC 8200 section 4. */
const skipped = [0, 43, 60] as const;
const Extension = packed('ipv6_extension', { nextHeader: u8, length: u8 });
/** More of them are of no use to anybody but attackers. */
const mostHeaders = 6;
/** The transport header must begin before this byte of the frame. */
const endOfHeaders = 512;

/** Arguments: the program's context, where the first extension header begins, its number. */
export type SkipExtensions = Subprogram<readonly [U64, U32, U32]>;

/**
 * Finds the header behind the extension headers: its place in the lower 16 bits, its number above; 0 if it
 * cannot be found. Fragment headers are not skipped.
 */
export const skipExtensionsRoutine = (hook: Hook): SkipExtensions =>
  subprogram('skip_extensions', [u64, u32, u32], (b, context, first, number) => {
    const [at, next] = [b.variable(u32, first), b.variable(u32, number)];
    const extension = b.local(Extension);
    const load = hook === 'xdp' ? 'xdp_load_bytes' : 'skb_load_bytes';
    b.repeat(mostHeaders, (_, loop) => {
      b.if(
        any(...skipped.map((each) => next.eq(each))),
        () => undefined,
        () => loop.break(),
      );
      const failed = b.helper(load, context, at, extension, Extension.sizeBytes);
      b.if(failed.to(u32).ne(0), () => b.return(0));
      next.set(extension.get('nextHeader').to(u32));
      at.set(at.add(extension.get('length').to(u32).add(1).shl(3)));
      b.if(at.ge(endOfHeaders), () => b.return(0));
    });
    return next.shl(16).or(at).to(u64);
  });
