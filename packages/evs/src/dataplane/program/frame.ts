import {
  u32,
  type Condition,
  type LazyCondition,
  type Packet,
  type U32,
  type Value,
} from '@evs/ebpf';
import { SkBuff, XdpContext, XdpVerdict } from '@evs/ebpf';
import type { Surroundings } from './assembly.ts';

/** Number of the device that the packet came in by. */
export const ingressIfindex = (packet: Packet): Value<U32> =>
  packet.hook === 'xdp'
    ? packet.context.load(u32, XdpContext.offsetOf('ingressIfindex'))
    : packet.context.load(u32, SkBuff.offsetOf('ifindex'));

/** tc: a VLAN tag stands in the packet's metadata. */
export const hasVlanTag = (packet: Packet): Condition =>
  packet.context.load(u32, SkBuff.offsetOf('vlanPresent')).ne(0);

/** `PACKET_HOST` of include/uapi/linux/if_packet.h. */
const toThisHost = 0;

/**
 * tc: the frame has another MAC address, or is for many. Devices receive such frames when somebody captures
 * packets or a switch floods them: another director's, which must not be balanced twice.
 */
export const isForAnotherHost =
  (packet: Packet): LazyCondition =>
  () =>
    packet.context.load(u32, SkBuff.offsetOf('pktType')).ne(toThisHost);

/** tc: brings the first bytes into the linear part, where windows can be had. */
export function pull(a: Surroundings, wantedBytes: number): void {
  const { b, packet } = a;
  if (packet.hook === 'xdp') return;
  packet.window(0, wantedBytes).match(
    () => undefined,
    () => {
      const length = packet.length();
      // A short packet that is all there needs no pulling.
      b.if(
        packet.linearLength().ge(length),
        () => undefined,
        () => {
          const wanted = b.select(length.lt(wantedBytes), u32, length, wantedBytes);
          b.helper('skb_pull_data', packet.context, wanted);
        },
      );
    },
  );
  packet.reload();
}

/** The XDP verdict that sends the frame out of the device it came in by. */
export const transmit = XdpVerdict.transmit;
