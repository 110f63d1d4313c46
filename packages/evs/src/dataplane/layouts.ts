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

/**
 * What the fragments of a datagram have in common, RFC 791 section 3.2 and RFC 8200 section 4.5. The identification as
 * it lies in the packet.
 */
export const FragmentKey4 = struct('fragment_key4', {
  source: be32,
  destination: be32,
  identification: u32,
  protocol: u32,
});
export const FragmentKey6 = struct('fragment_key6', {
  source: bytes(16),
  destination: bytes(16),
  identification: u32,
});

/** Which flow a datagram belongs to: its first fragment, which has the ports, told. */
export const FirstFragment4 = struct('first_fragment4', { expires: u64, flow: FlowKey4 });
export const FirstFragment6 = struct('first_fragment6', { expires: u64, flow: FlowKey6 });

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
  /** A template counts it: see program/persistence. */
  controlled: 1 << 14,
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
  /** With `controlled`: what leads to its template, beside its own key. See TemplateKey. */
  templateMask: u32,
  mark: u32,
  /** For local clients: the address that the real server sees. For others: what was told, see `Told`. */
  localSource: bytes(16),
  /** The port at the real server. */
  port: be16,
  templatePort: be16,
  /**
   * Lowest byte: packets of the client, counted up to 9, and only while drop_entry asks for it. Above: with
   * `controlled`, the number of its call; see TemplateKey.
   */
  packets: u32,
});
/** The count in `Connection.packets`. */
export const packetCountMask = 0xff;

/** What other directors were told of a connection last; in the place of `Connection.localSource`. */
export const Told = struct('told', {
  /** Its end in jiffies64, the two lowest bits aside: these count repetitions. */
  until: u64,
  state: u32,
  /** Of the client, while connections are announced. */
  packets: u32,
});
/** Where a field of it stands in a connection. */
export const toldAt = (field: 'until' | 'state' | 'packets'): number =>
  Connection.offsetOf('localSource') + Told.offsetOf(field);

/**
 * Whom a template is for: the client's net, a VIP and port (0: any) and a protocol. Of a service by firewall mark,
 * the mark stands for the VIP and the protocol is 0.
 */
export const TemplateKey4 = struct('template_key4', {
  client: be32,
  virtual: be32,
  port: be16,
  protocol: u8,
  _: reserved(1),
  /**
   * 0; of a template whose real server went, that server's slot. The port is 65535 then, as in ip_vs. Of a template of
   * the persistence engine sip, `Call.number`.
   */
  superseded: u32,
});
export const TemplateKey6 = struct('template_key6', {
  client: bytes(16),
  virtual: bytes(16),
  port: be16,
  protocol: u8,
  _: reserved(1),
  superseded: u32,
});

/** Keeps a client with its real server; ip_vs calls it a connection template. */
export const Template = struct('template', {
  /** jiffies64 at which it ends, unless it controls connections then. */
  expires: u64,
  /**
   * Bits of TemplateSeat, changed by compare-and-exchange only: number and owner of the connections that it
   * controls never come apart.
   */
  seat: u64,
  /** In jiffies. */
  timeout: u32,
  /** 1 once one of its connections was established. */
  assured: u32,
  /** The real server's port in listings. */
  port: be16,
  _: reserved(6),
  /** As `Told.until`. */
  toldUntil: u64,
});
/** Parts of `Template.seat`. */
export const TemplateSeat = {
  /** Controlled connections; of a superseded template, which has no other bits, a signed number. */
  controlledMask: 0xffff_ffffn,
  /** Slot of the real server; 0: none. */
  holderShift: 32,
  /** Somebody is removing the entry. */
  removed: 1n << 63n,
} as const;

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
  /** Kind of tunnel and port of gue: see tunnel-variants.ts. */
  tunnel: u32,
  /** mh: the last weight above 0, or the one it was added with. It owns slots for that. */
  lastWeight: u32,
  /** As in the configuration: tells the control side that there was an edit. */
  edits: u32,
  _: reserved(4),
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
/** Of a service by firewall mark. */
export const MarkKey = struct('mark_key', { mark: u32, family: u32 });

/** One rule of the match list: which packets get a mark. Ports are in host order. */
export const MatchRule = struct('match_rule', {
  source: bytes(16),
  sourceMask: bytes(16),
  destination: bytes(16),
  destinationMask: bytes(16),
  firstSourcePort: u16,
  lastSourcePort: u16,
  firstDestinationPort: u16,
  lastDestinationPort: u16,
  /** 4 or 6. */
  family: u32,
  /** 0: any. */
  protocol: u32,
  mark: u32,
  _: reserved(4),
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
  /** wrr: highest level and step between levels. lblc and lblcr: `maximum` is the number of its cache. */
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
  /** Bits of ServiceFlag. */
  flags: u32,
  mark: u32,
  /** How long its templates last, in jiffies. */
  persistenceTimeout: u32,
  /** Which bits of a client's address count: an IPv4 mask as it lies in memory, or an IPv6 prefix length. */
  templateMask: u32,
});
/** Bits of `ServiceSlot.flags`, as in ip_vs as far as they are in the lowest byte. */
export const ServiceFlag = {
  persistent: 0x01,
  onePacket: 0x04,
  /** sh, wsh, wdh, mh: goes on to another bucket if the chosen one's real server takes nothing. */
  fallback: 0x08,
  /** sh, wsh, mh: the client's port counts as well. */
  port: 0x10,
  /** Persistence engine sip: a client is who has the same Call-ID. */
  sip: 0x100,
} as const;

/** Values of `ServiceSlot.scheduler`. */
export const SchedulerCode = {
  none: 0,
  rr: 1,
  wrr: 2,
  lc: 3,
  wlc: 4,
  sh: 5,
  dh: 6,
  sed: 7,
  nq: 8,
  fo: 9,
  ovf: 10,
  mh: 11,
  lblc: 12,
  lblcr: 13,
  twos: 14,
  wdh: 15,
  wsh: 16,
} as const;

/** Buckets of a source or destination hash table, as in ip_vs. */
export const bucketCount = 256;
/** Slots of a maglev table, a prime: what ip_vs has with CONFIG_IP_VS_MH_TAB_INDEX 12, the default. */
export const maglevCount = 4093;
/** Slots that a maglev table has room for, by bucket of a hash table. */
export const maglevStride = 16;
export const Bucket = struct('bucket', { slot: u32 });

/** What lblc and lblcr remember: by the service's cache and the destination address of its packets. */
export const CacheKey = struct('cache_key', {
  /** An IPv4 address stands in the first four bytes. */
  address: bytes(16),
  cache: u32,
  _: reserved(4),
});
/** lblc's real server, or the set of lblcr's: a list, the newest first. */
export const CacheEntry = struct('cache_entry', {
  /** In jiffies64. */
  lastUsed: u64,
  lastChanged: u64,
  /** Slot of the real server, or of the first of the set. */
  head: u32,
  /** Members of the set; 0 for lblc. */
  size: u32,
  /** Members of an earlier set of the same destination have another one. */
  epoch: u32,
  /** A processor is changing the set. */
  busy: u32,
});
export const CacheMemberKey = struct('cache_member_key', {
  address: bytes(16),
  cache: u32,
  realServer: u32,
});
export const CacheMember = struct('cache_member', { next: u32, epoch: u32 });
/** The aging of caches: when the last round was, how many there were, and how many entries it met. */
export const CacheState = struct('cache_state', { agedAt: u64, rounds: u32, entries: u32 });
/** ip_vs takes no more entries than half as many again as its nominal 16,384. */
export const cacheCapacity = 24_576;
export const cacheNominal = 16_384;

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
  /** How long lblc remembers an unused destination, and lblcr one as well as an unchanged set. */
  lblcExpiration: u64,
  lblcrExpiration: u64,
  /** How often caches are aged. */
  cacheRound: u64,
  /** What a template gets that ends while it controls connections. */
  templateRearm: u64,
  /** The rules in use: the first one's index in the upper half, their number in the lower. */
  matchRules: u64,
  /** Time between ICMP errors of our own, in nanoseconds; 0: as many as there are reasons. */
  icmpIntervalNs: u64,
  /** States, one bit each, in which a packet that opens a connection means another one. */
  renewed: u32,
  /** The same for connections whose replies are not seen. */
  renewedOneSided: u32,
  /** 1 while secure_tcp is in force. */
  secureTcp: u32,
  /** drop_packet refuses one new flow out of so many; 0: none. */
  dropRate: u32,
  /** How long a flow must be idle to be dropped by drop_entry, in jiffies. */
  idle: u64,
  /** Timeouts of SCTP's states: of INIT1 and REJECTED, of ESTABLISHED, of the others but NONE. */
  sctpBrief: u64,
  sctpEstablished: u64,
  sctp: u64,
  /** Places of the ring of half-open connections, a power of two, less one. */
  ringMask: u32,
  /** sync_threshold and sync_persist_mode. */
  syncThreshold: u32,
  syncPeriod: u32,
  syncTemplatesOnly: u32,
  /** sync_refresh_period, in jiffies, and sync_retries. */
  syncRefresh: u64,
  syncRetries: u64,
  /** A second and ten seconds, in jiffies. */
  second: u64,
  tenSeconds: u64,
  /** How far apart the fragments of a datagram may come. */
  fragments: u64,
  _: reserved(8),
  /** In a cache line of its own: new flows that drop_packet has seen. */
  seen: u32,
  _1: reserved(60),
});

/** When the next ICMP error of our own is due, in nanoseconds of CLOCK_MONOTONIC. */
export const IcmpBudget = struct('icmp_budget', { dueNs: u64 });

/** The timeouts of the TCP states, in the order of their numbers. */
export const tcpTimeoutFields = [
  'none',
  'established',
  'synSent',
  'synReceived',
  'finWait',
  'timeWait',
  'close',
  'closeWait',
  'lastAck',
  'listen',
  'synAck',
] as const satisfies readonly (keyof typeof Settings.fields)[];

/** One word of a set: of the addresses that concern us (filter.ts), of devices with a peer (peers.ts). */
export const BitWord = struct('bit_word', { bits: u64 });
export const filterWordCount = 1024;
/** Devices with an ifindex of 64 times this and more are never in the set. */
export const peerWordCount = 1024;

/** Counts places of a ring as they are taken. */
export const RingCursor = struct('ring_cursor', { next: u32 });

/** What a sweep is told and what it answers. */
export const SweepReport = struct('sweep_report', {
  visited: u64,
  expired: u64,
  now: u64,
  /** Connections that stay, by address family. */
  left4: u64,
  left6: u64,
  /** Told: half-open connections end after so many jiffies; 0: after their timeout. */
  patience: u64,
  /** Told: not 0 while drop_entry is in force. */
  dropEntry: u64,
});

/** Bits of `Announcement.kind` and `Adoption.kind`. */
export const EntryKind = { ipv6: 1, template: 2 } as const;

/** A connection or template that other directors shall hear of. */
export const Announcement = struct('announcement', {
  /** Of the connection or of the template. */
  key: bytes(40),
  kind: u32,
  /** Of the connection; of a template 1 if it is assured. */
  word: u32,
  realServer: u32,
  /** Of a template, in jiffies. */
  timeout: u32,
  /** As in the entry. */
  port: be16,
  _: reserved(6),
});
export const LostAnnouncements = struct('lost', { count: u64 });

/** What another director told of a connection or template, and what became of it. */
export const Adoption = struct('adoption', {
  key: bytes(40),
  kind: u32,
  /** State, and `noOutput`; of a template 1 if it is assured. */
  word: u32,
  realServer: u32,
  /** Where the client is, as far as routes tell; 0: unknown. */
  hopIfindex: u32,
  /** In jiffies. */
  timeout: u64,
  port: be16,
  /** 1: it counted as inactive where it comes from. */
  inactive: u16,
  /** A value of AdoptionOutcome. */
  outcome: u32,
});
/** How many adoptions one call carries out. */
export const adoptionCount = 256;
export const AdoptionOrder = struct('adoption_order', { count: u32, _: reserved(4) });
