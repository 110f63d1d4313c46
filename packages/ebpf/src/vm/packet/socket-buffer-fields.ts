/** Offsets in `struct __sk_buff` of include/uapi/linux/bpf.h that tc programs may use. */
export const field = {
  len: 0,
  packetType: 4,
  mark: 8,
  queueMapping: 12,
  protocol: 16,
  vlanPresent: 20,
  vlanTci: 24,
  vlanProtocol: 28,
  priority: 32,
  ingressIfindex: 36,
  ifindex: 40,
  tcIndex: 44,
  cb: 48,
  hash: 68,
  tcClassId: 72,
  data: 76,
  dataEnd: 80,
  napiId: 84,
  dataMeta: 140,
  timestamp: 152,
  wireLength: 160,
  gsoSegments: 164,
  gsoSize: 176,
} as const;
export const contextBytes = 192;

/** First and last byte + 1 of what a tc program may write: tc_cls_act_is_valid_access() in net/core/filter.c. */
export const writableRanges: readonly (readonly [number, number])[] = [
  [field.mark, field.protocol],
  [field.priority, field.priority + 4],
  [field.tcIndex, field.hash],
  [field.tcClassId, field.data],
  [field.timestamp, field.wireLength],
];

/** Fields that no tc program may read: those of sockets. */
export const hiddenRanges: readonly (readonly [number, number])[] = [
  [88, field.dataMeta],
  [144, field.timestamp],
  [168, field.gsoSize],
];

/** Fields of a socket buffer that a caller of the interpreter may choose. Host byte order, all of them. */
export interface SocketBufferFields {
  readonly packetType: number;
  readonly mark: number;
  readonly queueMapping: number;
  /** Ethertype; by default the one in the packet. */
  readonly protocol: number;
  readonly vlanPresent: boolean;
  readonly vlanTci: number;
  readonly priority: number;
  readonly ingressIfindex: number;
  readonly ifindex: number;
  readonly tcIndex: number;
  /** Up to five numbers of 32 bits. */
  readonly cb: readonly number[];
  readonly hash: number;
  readonly gsoSegments: number;
  readonly gsoSize: number;
  /** The transport checksum covers the pseudo-header only, the rest is left to hardware: CHECKSUM_PARTIAL. */
  readonly partialChecksum: boolean;
  /** Bytes in the linear part, as TCP sends its headers; by default all of them. */
  readonly linearBytes: number;
}
