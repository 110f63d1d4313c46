import { be16, be32, bytes, packed, u8 } from '@evs/ebpf';

/** IPv6 header, RFC 8200 section 3. */
export const Ipv6 = packed('ipv6', {
  /** Version, traffic class and flow label. */
  versionClassFlow: be32,
  payloadLength: be16,
  nextHeader: u8,
  hopLimit: u8,
  source: bytes(16),
  destination: bytes(16),
});
export type Ipv6Layout = typeof Ipv6;
