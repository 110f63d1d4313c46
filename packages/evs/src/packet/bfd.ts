import { be32, packed, u8 } from '@evs/ebpf';

/** UDP ports of control packets: one hop, RFC 5881 section 4; several, RFC 5883 section 5. */
export const bfdPort = { singleHop: 3784, multihop: 4784 } as const;

/** Mandatory part of a control packet, RFC 5880 section 4.1. Times are in microseconds. */
export const BfdControl = packed('BFD control packet', {
  /** Version in the upper three bits, why the last session ended in the lower five. */
  versionAndDiagnostic: u8,
  /** State in the upper two bits; then poll, final, control plane independent, authentication, demand, multipoint. */
  stateAndFlags: u8,
  detectMultiplier: u8,
  length: u8,
  myDiscriminator: be32,
  yourDiscriminator: be32,
  desiredMinTransmitUs: be32,
  requiredMinReceiveUs: be32,
  requiredMinEchoUs: be32,
});
