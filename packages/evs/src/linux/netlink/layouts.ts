import { be16, reserved, struct, u16, u32, u8, type Infer } from '@evs/ebpf';

/** `struct nlmsghdr`, include/uapi/linux/netlink.h. The body follows, padded to four bytes. */
export const MessageHeader = struct('nlmsghdr', {
  length: u32,
  type: u16,
  flags: u16,
  sequence: u32,
  port: u32,
});
/** `struct nlattr`. The value follows, padded to four bytes; `length` counts both but not the padding. */
export const AttributeHeader = struct('nlattr', { length: u16, type: u16 });

/** `struct ifinfomsg`, include/uapi/linux/rtnetlink.h. */
export const LinkHeader = struct('ifinfomsg', {
  family: u8,
  reserved: reserved(1),
  /** ARPHRD_ of include/uapi/linux/if_arp.h. */
  hardware: u16,
  index: u32,
  /** IFF_ of include/uapi/linux/if.h. */
  flags: u32,
  change: u32,
});
/** `struct ifaddrmsg`, include/uapi/linux/if_addr.h. */
export const AddressHeader = struct('ifaddrmsg', {
  family: u8,
  prefixLength: u8,
  flags: u8,
  scope: u8,
  index: u32,
});
/** `struct rtmsg`, include/uapi/linux/rtnetlink.h. */
export const RouteHeader = struct('rtmsg', {
  family: u8,
  destinationLength: u8,
  sourceLength: u8,
  typeOfService: u8,
  table: u8,
  protocol: u8,
  scope: u8,
  type: u8,
  flags: u32,
});
/** `struct fib_rule_hdr`, include/uapi/linux/fib_rules.h. */
export const RuleHeader = struct('fib_rule_hdr', {
  family: u8,
  destinationLength: u8,
  sourceLength: u8,
  typeOfService: u8,
  table: u8,
  reserved: reserved(2),
  action: u8,
  flags: u32,
});
/** `struct ndmsg`, include/uapi/linux/neighbour.h. */
export const NeighbourHeader = struct('ndmsg', {
  family: u8,
  reserved: reserved(3),
  index: u32,
  state: u16,
  flags: u8,
  type: u8,
});
/** `struct tcmsg`, include/uapi/linux/rtnetlink.h; `info` is split into its halves, as filters use it. */
export const TrafficControlHeader = struct('tcmsg', {
  family: u8,
  reserved: reserved(3),
  index: u32,
  handle: u32,
  parent: u32,
  /** ETH_P_ of include/uapi/linux/if_ether.h. */
  protocol: be16,
  priority: u16,
});

export type LinkHeader = Infer<typeof LinkHeader>;
export type NeighbourHeader = Infer<typeof NeighbourHeader>;
export type RouteHeader = Infer<typeof RouteHeader>;
