import { be16, bytes, packed } from '@evs/ebpf';

/** Ethernet II header. */
export const Ethernet = packed('ethernet', {
  destination: bytes(6),
  source: bytes(6),
  etherType: be16,
});
export type EthernetLayout = typeof Ethernet;

/** IEEE 802 numbers. */
export const EtherType = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;
