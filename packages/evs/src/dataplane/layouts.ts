import { be16, be32, bytes, reserved, struct, u16, u32, u64, u8 } from '@evs/ebpf';

/** A packet's flow as its sender sees it: key of the connection table and of the reply table. */
export const FlowKey4 = struct('flow_key4', {
  source: be32,
  destination: be32,
  sourcePort: be16,
  destinationPort: be16,
  protocol: u8,
  _: reserved(3),
});
export const FlowKey6 = struct('flow_key6', {
  source: bytes(16),
  destination: bytes(16),
  sourcePort: be16,
  destinationPort: be16,
  protocol: u8,
  _: reserved(3),
});

/** Bits of `Connection.word` above the state, which is the lowest byte. */
export const ConnectionFlag = {
  /** No packet of the real server has been seen: the one-sided state table applies. */
  noOutput: 1 << 8,
  /** Somebody is removing the entry: its counts are settled already. */
  removed: 1 << 9,
  masquerading: 1 << 10,
  tunneling: 1 << 11,
  /** The client is a process on the director itself. */
  local: 1 << 12,
} as const;
export const stateMask = 0xff;

/**
 * One tracked connection, one cache line. Without the entry's key it never changes size: both address
 * families share it.
 */
export const Connection = struct('connection', {
  /** jiffies64 at which it ends unless a packet comes. */
  expires: u64,
  /** State, and bits of ConnectionFlag: changed by compare-and-exchange only. */
  word: u32,
  /** Slot in the table of real servers. */
  realServer: u32,
  /** Where the client's packets come from on the wire, and our own address there: the way of replies. */
  hopMac: bytes(6),
  ownMac: bytes(6),
  hopIfindex: u32,
  _0: reserved(8),
  /** For local clients: the address that the real server sees. */
  localSource: bytes(16),
  /** The port at the real server. */
  port: be16,
  _1: reserved(6),
});

/** Bits of `RealServer.flags`. */
export const RealServerFlag = {
  /** The slot is in use, possibly by a deleted real server whose connections linger. */
  allocated: 1 << 0,
  /** It is configured: packets of its connections are forwarded. */
  available: 1 << 1,
  /** Both MAC addresses and the interface are known. */
  resolved: 1 << 2,
  ipv6: 1 << 3,
  /** Methods that its connections may have: sticky while the slot is in use. */
  masquerading: 1 << 4,
  tunneling: 1 << 5,
  gatewaying: 1 << 6,
  /** It is the director itself: the host's own stack serves it. */
  local: 1 << 7,
} as const;

/**
 * One real server of one service. The first cache line is what forwarding reads and hardly changes; the
 * second is what scheduling reads and counting writes.
 */
export const RealServerSlot = struct('real_server', {
  destinationMac: bytes(6),
  sourceMac: bytes(6),
  flags: u16,
  /** 0: the port of the packet. */
  port: be16,
  /** An IPv4 address stands in the first four bytes. */
  address: bytes(16),
  ifindex: u32,
  mtu: u32,
  /** The director's own address towards it: outer source of tunnels. */
  localAddress: bytes(16),
  service: u32,
  method: u32,

  active: u32,
  inactive: u32,
  persistent: u32,
  weight: u32,
  /** Slot of the next real server in scan order; 0 at the end. */
  next: u32,
  overloaded: u32,
  upperThreshold: u32,
  lowerThreshold: u32,
  nextHop: bytes(16),
  _: reserved(16),
});

/** Values of `RealServerSlot.method`. */
export const Method = { masquerading: 0, tunneling: 2, gatewaying: 3 } as const;

export const ServiceKey4 = struct('service_key4', {
  address: be32,
  port: be16,
  protocol: u8,
  _: reserved(1),
});
export const ServiceKey6 = struct('service_key6', {
  address: bytes(16),
  port: be16,
  protocol: u8,
  _: reserved(1),
});
export const ServiceIndex = struct('service_index', { index: u32 });

/** One virtual service; `cursor` is the only field that programs write. */
export const ServiceSlot = struct('service', {
  /** First real server in scan order; 0 if there is none. */
  head: u32,
  count: u32,
  /** A value of SchedulerCode. */
  scheduler: u32,
  /** First bucket of its hash table. */
  table: u32,
  /** rr and wrr: the last real server chosen in the lower half, wrr's level in the upper. */
  cursor: u64,
  /** wrr: highest level and step between levels. */
  maximum: u32,
  step: u32,
  /** Identity, so that a daemon can take over: address, port, protocol, family (0: the slot is free). */
  address: bytes(16),
  port: be16,
  protocol: u8,
  /** 4 or 6; 0: free. */
  family: u8,
  /** 1 while configured; 0 while only connections of deleted real servers refer to it. */
  live: u32,
  _: reserved(8),
});

/** Values of `ServiceSlot.scheduler`. */
export const SchedulerCode = { none: 0, rr: 1, wrr: 2, lc: 3, wlc: 4, sh: 5, dh: 6 } as const;

/** Buckets of a source or destination hash table, as in ip_vs. */
export const bucketCount = 256;
export const Bucket = struct('bucket', { slot: u32 });

/** Counters of one real server on one CPU. Bytes are of IP datagrams. */
export const Statistics = struct('statistics', {
  connections: u64,
  inPackets: u64,
  inBytes: u64,
  outPackets: u64,
  outBytes: u64,
  _: reserved(24),
});

/** Timeouts in jiffies by state, then other settings. */
export const Settings = struct('settings', {
  none: u64,
  established: u64,
  synSent: u64,
  synReceived: u64,
  finWait: u64,
  timeWait: u64,
  close: u64,
  closeWait: u64,
  lastAck: u64,
  listen: u64,
  synAck: u64,
  udp: u64,
  lblcExpiration: u64,
  lblcrExpiration: u64,
});

/** One word of a set: of the addresses that concern us (filter.ts), of devices with a peer (peers.ts). */
export const BitWord = struct('bit_word', { bits: u64 });
export const filterWordCount = 1024;
/** Devices with an ifindex of 64 times this and more are never in the set. */
export const peerWordCount = 1024;

/** What a sweep is told and what it answers. */
export const SweepReport = struct('sweep_report', { visited: u64, expired: u64, now: u64 });
