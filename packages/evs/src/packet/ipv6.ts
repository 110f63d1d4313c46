import { be16, be32, bytes, packed, reserved, u8 } from '@evs/ebpf';

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

/** Fragment header, RFC 8200 section 4.5. */
export const FragmentHeader = packed('fragment_header', {
  nextHeader: u8,
  _: reserved(1),
  /** In its upper 13 bits the offset, in units of 8 bytes; in the lowest: more fragments follow. */
  offsetAndMore: be16,
  identification: be32,
});
