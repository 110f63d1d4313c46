import { u32, u64, type U32, type Value } from '@evs/ebpf';
import type { Surroundings } from './assembly.ts';

/**
 * Hands the frame to the other end of a veth device, as if it had been received there, if the device is in the set:
 * that saves the way through the queue of this processor. The control side knows where nothing is lost by it
 * (docs/decisions/0010); elsewhere the program goes on. bpf-helpers(7), bpf_redirect_peer: at tc ingress only.
 */
export function handToPeer(a: Surroundings, ifindex: Value<U32>): void {
  const { b, features } = a;
  if (!features.peers || a.loopback) return;
  b.within('hand_to_peer', () => {
    b.lookup(a.maps.peers, ifindex.shr(6)).match((word) => {
      const bit = word.get('bits').shr(ifindex.and(63).to(u64)).and(1);
      b.if(bit.ne(0), () => b.return(b.helper('redirect_peer', ifindex, 0).to(u32)));
    });
  });
}

/** Where a device stands in the set: the same computation for the side that fills it. */
export const peerPlace = (ifindex: number): { word: number; bit: number } => ({
  word: ifindex >>> 6,
  bit: ifindex & 63,
});
