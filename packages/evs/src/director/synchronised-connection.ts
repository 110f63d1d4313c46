/** Bits of `SynchronisedConnection.flags`: those of a connection in ip_vs (include/uapi/linux/ip_vs.h). */
export const SynchronisedFlag = {
  /** Masquerading 0, local 1, tunneling 2, gatewaying 3, bypass 4. */
  methodMask: 0x0007,
  /** No packet of the real server has been seen. */
  noOutput: 0x0080,
  /** Counts as inactive. */
  inactive: 0x0100,
  /** Sequence numbers of the FTP module come along. */
  sequences: 0x0600,
  noClientPort: 0x0800,
  template: 0x1000,
  onePacket: 0x2000,
} as const;

/** Which persistence engine made a template, and from what. */
export interface SynchronisedEngine {
  readonly name: string;
  /** At most 255 bytes: the Call-ID of sip. */
  readonly data: Uint8Array;
}

/** A connection or a template as directors tell each other of it, the union of what ip_vs's messages can say. */
export interface SynchronisedConnection {
  /** IANA's number; 0 in templates of services by firewall mark. */
  readonly protocol: number;
  /** Addresses have 4 bytes or 16, all three the same. */
  readonly client: Uint8Array;
  readonly virtual: Uint8Array;
  readonly destination: Uint8Array;
  readonly clientPort: number;
  readonly virtualPort: number;
  readonly destinationPort: number;
  /** Bits of SynchronisedFlag. */
  readonly flags: number;
  /** In the order of ip_vs's numbers, of TCP or SCTP; 0 of others. Of a template 1 if a connection was answered. */
  readonly state: number;
  /** Firewall mark of the service; 0: none. */
  readonly mark: number;
  /** How long it lives without packets; undefined in messages of version 0, which do not say. */
  readonly timeoutSeconds: number | undefined;
  readonly engine?: SynchronisedEngine;
  /** In and out: initial number, delta and previous delta of each. */
  readonly sequences?: readonly number[];
}
