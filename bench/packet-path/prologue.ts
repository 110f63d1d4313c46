import {
  arrayMap,
  struct,
  u16,
  u32,
  u64,
  xdp,
  XdpVerdict,
  type Builder,
  type Packet,
  type Program,
} from '@evs/ebpf';
import { EtherType } from '../../packages/evs/src/packet/index.ts';
import { at } from '../support/frames.ts';

/** Where the sequence of flows has got to. */
const Sequence = struct('sequence', { position: u32 });
const sequence = arrayMap({ name: 'sequence', value: Sequence, capacity: 1 });

/** The bytes that a prologue writes to. */
const Head = struct('head', { words: u64, _0: u64, _1: u64, _2: u64, _3: u64 });

/** Which flow each run's packet belongs to. */
export type Flows =
  | { readonly kind: 'one' }
  /** As many as a power of two, one after the other or in an order that no prefetcher guesses. */
  | { readonly kind: 'inOrder' | 'scattered'; readonly count: number };

/**
 * Makes the packet of a run out of what the run before left of `frame`: its addresses, ports and hops, and the
 * head in its place. Every store is as wide as the loads that follow, as if the bytes came from a device.
 */
export function prologue(frame: Uint8Array, flows: Flows, encapsulated: boolean): Program {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  return xdp('prologue', (b, packet) => {
    if (encapsulated) removeOuterHeader(b, packet);
    const head = packet.window(0, Head.sizeBytes).orReturn(XdpVerdict.drop).view(Head);
    if (encapsulated) {
      head.store(u16, at.etherType, ((EtherType.ipv4 & 0xff) << 8) | (EtherType.ipv4 >> 8));
    }
    head.store(u32, at.timeToLive, view.getUint32(at.timeToLive, true));
    const destination = BigInt(view.getUint32(at.source + 4, true)) << 32n;
    if (flows.kind === 'one') {
      head.store(u64, at.source, destination | BigInt(view.getUint32(at.source, true)));
    } else {
      const source = nextFlow(b, flows.kind, flows.count)
        .shl(8)
        .or(frame[at.source] ?? 0);
      head.store(u64, at.source, source.to(u64).or(destination));
    }
    head.store(u32, at.ports, view.getUint32(at.ports, true));
    return XdpVerdict.drop;
  });
}

function removeOuterHeader(b: Builder, packet: Packet): void {
  b.helper('xdp_adjust_head', packet.context, 20);
  packet.reload();
}

/** Number of the next flow; a linear congruential sequence meets every flow once before it repeats. */
function nextFlow(b: Builder, kind: 'inOrder' | 'scattered', count: number) {
  const state = b.staticValue(sequence);
  const before = state.get('position');
  const after = kind === 'inOrder' ? before.add(1) : before.mul(1_103_515_245).add(12_345);
  state.set('position', after);
  return after.and(count - 1);
}
