import { reserved, struct, u32, u64, u8 } from '../layout/index.ts';

/** `struct xdp_md` of include/uapi/linux/bpf.h: what an XDP program may ask about its packet. */
export const XdpContext = struct('xdp_md', {
  data: u32,
  dataEnd: u32,
  dataMeta: u32,
  ingressIfindex: u32,
  rxQueueIndex: u32,
  egressIfindex: u32,
});
export type XdpContext = typeof XdpContext;

/**
 * `struct __sk_buff` of include/uapi/linux/bpf.h. `protocol` and `vlanProto` hold a 16-bit number in network
 * order, in a 32-bit field.
 */
export const SkBuff = struct('__sk_buff', {
  len: u32,
  pktType: u32,
  mark: u32,
  queueMapping: u32,
  protocol: u32,
  vlanPresent: u32,
  vlanTci: u32,
  vlanProto: u32,
  priority: u32,
  ingressIfindex: u32,
  ifindex: u32,
  tcIndex: u32,
  cb0: u32,
  cb1: u32,
  cb2: u32,
  cb3: u32,
  cb4: u32,
  hash: u32,
  tcClassid: u32,
  data: u32,
  dataEnd: u32,
  napiId: u32,
  /** family, addresses and ports, for other kinds of program. */
  socket: reserved(48 + 4),
  /** data_meta. */
  dataMeta: u32,
  flowKeys: reserved(8),
  tstamp: u64,
  wireLen: u32,
  gsoSegs: u32,
  sk: reserved(8),
  gsoSize: u32,
  tstampType: u8,
  padding: reserved(3),
  hwtstamp: u64,
});
export type SkBuff = typeof SkBuff;

/** What an XDP program does with the packet, `enum xdp_action`. */
export const XdpVerdict = { aborted: 0, drop: 1, pass: 2, transmit: 3, redirect: 4 } as const;

/** What a direct-action classifier does with the packet, TC_ACT_* of include/uapi/linux/pkt_cls.h. */
export const TcVerdict = { next: -1, ok: 0, drop: 2, redirect: 7 } as const;
