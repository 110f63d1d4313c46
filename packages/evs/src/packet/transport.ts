import { be16, be32, packed, reserved, u16, u32, u8 } from '@evs/ebpf';

/** TCP header without options, RFC 9293 section 3.1. */
export const Tcp = packed('tcp', {
  sourcePort: be16,
  destinationPort: be16,
  sequence: be32,
  acknowledgement: be32,
  dataOffset: u8,
  flags: u8,
  window: be16,
  checksum: u16,
  urgent: be16,
});
export type TcpLayout = typeof Tcp;

export const TcpFlag = { fin: 0x01, syn: 0x02, rst: 0x04, ack: 0x10 } as const;

/** The first bytes of a TCP or UDP header: all that an ICMP error must quote. */
export const Ports = packed('ports', {
  sourcePort: be16,
  destinationPort: be16,
  _: reserved(4),
});

/** UDP header, RFC 768. Its first four bytes are those of TCP too. */
export const Udp = packed('udp', {
  sourcePort: be16,
  destinationPort: be16,
  length: be16,
  /** 0: the sender computed none (IPv4 only). */
  checksum: u16,
});
export type UdpLayout = typeof Udp;

/** SCTP common header and the header of the first chunk, RFC 9260 section 3. */
export const Sctp = packed('sctp', {
  sourcePort: be16,
  destinationPort: be16,
  verificationTag: be32,
  /** CRC-32C, its lowest byte first. 0: left to the hardware, or RFC 9653. */
  checksum: u32,
  chunk: u8,
  chunkFlags: u8,
  /** Without the padding to four bytes. */
  chunkLength: be16,
});

/** Start of an ICMP or ICMPv6 message, RFC 792 and RFC 4443; errors quote a packet after it. */
export const Icmp = packed('icmp', { type: u8, code: u8, checksum: u16, rest: be32 });
export type IcmpLayout = typeof Icmp;

/** Types of ICMP errors that follow the flow they are about. */
export const IcmpType = { unreachable: 3, sourceQuench: 4, timeExceeded: 11 } as const;
