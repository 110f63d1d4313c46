import { struct, u32, type Builder, type Packet, type U32, type Value } from '@evs/ebpf';
import { searchedBytes } from '../../call-layouts.ts';
import type { Hook } from '../assembly.ts';
import type { Family } from '../family.ts';
import { clearScan, readCharacter, type CallScan } from './read-character.ts';

/** What it has found so far is in the scan's map value: of the stack, Linux 6.1 would believe it never changes. */
const Nothing = struct('nothing', { nothing: u32 });

/** The end of a line, "i:", a Call-ID of one byte, and the end of that line. */
const leastBytes = 5;

/** The bytes of a datagram behind its header, from the start of the frame. */
interface Part {
  readonly at: Value<U32>;
  readonly end: Value<U32>;
}

/**
 * Finds the Call-ID header of a SIP message (RFC 3261 section 20.8) in a datagram and puts its value and its length
 * into the scan's key. 0 if there is none, if it is longer than 255 bytes or followed by anything but the line's end.
 */
export function findCallId(
  b: Builder,
  packet: Packet,
  hook: Hook,
  family: Family,
  { at, end }: Part,
  scan: CallScan,
): Value<U32> {
  return b.within('find_call_id', () => {
    clearScan(scan);
    const left = end.sub(at);
    const size = b.select(left.lt(searchedBytes - 1), u32, left, searchedBytes - 1);
    b.if(size.ge(leastBytes), () => {
      const load = hook === 'xdp' ? 'xdp_load_bytes' : 'skb_load_bytes';
      const text = scan.view('text');
      b.if(b.helper(load, packet.context, at, text, size).eq(0), () => {
        b.loop(size, b.local(Nothing), (step, index) => readCharacter(step, family, index));
      });
    });
    return scan.get('found');
  });
}
