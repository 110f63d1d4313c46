import { struct, u64 } from '@evs/ebpf';

/** Why a packet was dropped; the index is the counter's place in the map. */
export const dropReasons = [
  'no real server available',
  'real server deleted',
  'connection table full',
  'time to live exceeded',
  'connection being removed',
  'headers cannot be extended',
  'no route to the real server',
  'longer than the MTU',
  'drop_packet',
  'no Call-ID',
  'no connection',
] as const;
export type DropReason = (typeof dropReasons)[number];

export const DropCount = struct('drop_count', { packets: u64 });
