import { be16, be32, bytes, packed, u8 } from '@evs/ebpf';

/** IP protocol number of VRRP, and where multicast advertisements go. RFC 9568 section 5.1. */
export const vrrpProtocol = 112;
export const vrrpGroup = { ipv4: '224.0.0.18', ipv6: 'ff02::12' } as const;

/** The only type of VRRP packet. */
export const vrrpAdvertisement = 1;

/**
 * Fixed part of a VRRPv2 advertisement, RFC 3768 section 5.1. The addresses follow it, and after them eight
 * bytes of authentication data, whatever the type of authentication.
 */
export const VrrpHeader2 = packed('VRRPv2 advertisement', {
  /** Version in the upper, type in the lower half. */
  versionAndType: u8,
  virtualRouterId: u8,
  priority: u8,
  addressCount: u8,
  authenticationType: u8,
  intervalSeconds: u8,
  checksum: be16,
});
export const authenticationBytes = 8;

/** Fixed part of a VRRPv3 advertisement, RFC 9568 section 5.1. The addresses follow it. */
export const VrrpHeader3 = packed('VRRPv3 advertisement', {
  versionAndType: u8,
  virtualRouterId: u8,
  priority: u8,
  addressCount: u8,
  /** Four bits of 0, then the active router's interval in hundredths of a second. */
  interval: be16,
  checksum: be16,
});

/** IP protocol number of the authentication header, RFC 4302. */
export const authenticationHeaderProtocol = 51;

/** An authentication header with a check value of 96 bits, RFC 2402 section 2 and RFC 2403; VRRPv2 follows it. */
export const AuthenticationHeader = packed('authentication header', {
  nextHeader: u8,
  /** Of this header in 32-bit words, less two. */
  length: u8,
  reserved: be16,
  /** keepalived: the IPv4 address of the sender. */
  securityParameters: be32,
  sequence: be32,
  checkValue: bytes(12),
});
