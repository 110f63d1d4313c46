import { be16, be32, packed, u16, u8 } from '@evs/ebpf';

/** IPv4 header without options, RFC 791 section 3.1. */
export const Ipv4 = packed('ipv4', {
  /** Version in the upper, header length in 32-bit words in the lower half. */
  versionAndLength: u8,
  typeOfService: u8,
  totalLength: be16,
  identification: be16,
  /** Flags (0x4000: do not fragment, 0x2000: more fragments) and offset. */
  fragment: be16,
  timeToLive: u8,
  protocol: u8,
  /** Kept as it lies in memory: one's complement sums do not depend on byte order. */
  checksum: u16,
  source: be32,
  destination: be32,
});
export type Ipv4Layout = typeof Ipv4;

/** IANA protocol numbers, also IPv6 next headers. */
export const IpProtocol = {
  icmp: 1,
  ipip: 4,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  fragment: 44,
  gre: 47,
  icmpv6: 58,
  sctp: 132,
} as const;

/** Of a packet that is not a whole datagram: more fragments, or an offset. */
export const fragmentMask = 0x3fff;
/** Of a fragment that is not the first. */
export const fragmentOffsetMask = 0x1fff;
export const doNotFragment = 0x4000;
