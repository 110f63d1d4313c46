import type { IpAddress } from '../packet/index.ts';

/** A session of Bidirectional Forwarding Detection that is wanted. */
export interface BfdPlan {
  readonly name: string;
  readonly neighbour: IpAddress;
  readonly source?: IpAddress;
  readonly minReceiveMs: number;
  readonly minTransmitMs: number;
  readonly idleTransmitMs: number;
  readonly multiplier: number;
  readonly passive: boolean;
  /** TTL or hop limit of what is sent. */
  readonly ttl: number;
  /** Hops that a packet may have come: that much less than `ttl` it may show. */
  readonly maxHops: number;
  /** Over several hops, by the port that is for that. */
  readonly multihop: boolean;
}
