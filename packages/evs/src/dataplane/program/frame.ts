import {
  all,
  any,
  bytes,
  not,
  packed,
  u32,
  u8,
  type Condition,
  type LazyCondition,
  type Packet,
  type Pointer,
  type U32,
  type U8,
  type Value,
} from '@evs/ebpf';
import { SkBuff, XdpContext, XdpVerdict } from '@evs/ebpf';
import { IpProtocol } from '../../packet/index.ts';
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

/**
 * tc: brings the headers into the linear part, where windows can be had. What TCP sends has its headers there and
 * its data elsewhere: pulling some of the data, too, would have the kernel copy the head and take another reference
 * to every page. So a packet without IP options is left as it is if its headers are there.
 */
export function pull(a: Surroundings, wantedBytes: number): void {
  const { b, packet, features } = a;
  if (packet.hook === 'xdp') return;
  const complete = b.variable(u32, 0);
  packet.window(0, plainIpv4Bytes).match(
    (head) => {
      const start = head.view(PlainHeaders);
      if (features.ipv4) b.if(isPlainIpv4(start), () => complete.set(1));
      if (features.ipv6) {
        b.if(isPlainIpv6(start), () => {
          packet.window(0, plainIpv6Bytes).match(() => complete.set(1));
        });
      }
    },
    () => undefined,
  );
  // A packet that is all there needs no pulling either.
  const isWhole = (): Condition => packet.linearLength().ge(packet.length());
  b.if(
    all(complete.eq(0), () => not(isWhole())),
    () => {
      const length = packet.length();
      const wanted = b.select(length.lt(wantedBytes), u32, length, wantedBytes);
      b.helper('skb_pull_data', packet.context, wanted);
    },
  );
  packet.reload();
}

/** Ethernet, IP without options, TCP without options. */
const plainIpv4Bytes = 14 + 20 + 20;
const plainIpv6Bytes = 14 + 40 + 20;
const PlainHeaders = packed('plain headers', { bytes: bytes(plainIpv4Bytes) });

const isPlainIpv4 = (start: Pointer): Condition =>
  all(start.load(u8, 14).eq(0x45), () => hasPorts(start.load(u8, 14 + 9)));
const isPlainIpv6 = (start: Pointer): Condition =>
  all(start.load(u8, 14).and(0xf0).eq(0x60), () => hasPorts(start.load(u8, 14 + 6)));
const hasPorts = (protocol: Value<U8>): Condition =>
  any(protocol.eq(IpProtocol.tcp), protocol.eq(IpProtocol.udp));

/** The XDP verdict that sends the frame out of the device it came in by. */
export const transmit = XdpVerdict.transmit;
