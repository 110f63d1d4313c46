import { struct, u64 } from '@evs/ebpf';

/** Why a connection was thrown out before its time; the index is the counter's place in the map. */
export const evictionReasons = [
  'table full',
  'half-open for too long',
  'drop_entry',
  'real server deleted',
] as const;
export type EvictionReason = (typeof evictionReasons)[number];

export const EvictionCount = struct('eviction_count', { connections: u64 });
