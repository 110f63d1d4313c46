import { Type } from '@sinclair/typebox';
import type { EngineStatus } from '../vrrp/index.ts';

const strict = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0 });

const VirtualRouterSchema = Type.Object(
  {
    name: Type.String(),
    interface: Type.String(),
    virtualRouterId: Type.Integer({ minimum: 1, maximum: 255 }),
    state: Type.Union(
      (['init', 'backup', 'active', 'fault'] as const).map((state) => Type.Literal(state)),
    ),
    /** Why it cannot take part. */
    faults: Type.Array(Type.String()),
    /** Effective, 1 to 255. */
    priority: Type.Integer({ minimum: 1, maximum: 255 }),
    /** Advertisements. */
    sent: Count,
    received: Count,
    /** Those that did not count, by reason. */
    rejected: Type.Record(Type.String(), Count),
    /** How often another director was active for the same addresses, as a second way told. */
    splits: Count,
    /** Directors that are so now. */
    rivals: Type.Array(Type.String()),
  },
  strict,
);

const HeartbeatSchema = Type.Object(
  {
    peer: Type.String(),
    /** Its router_id, once it was heard. */
    director: Type.Optional(Type.String()),
    /** It was heard in the last three intervals. */
    heard: Type.Boolean(),
    sent: Count,
    received: Count,
    /** Datagrams that were no heartbeats. */
    refused: Count,
  },
  strict,
);

const BfdSchema = Type.Object(
  {
    name: Type.String(),
    neighbour: Type.String(),
    state: Type.Union(
      (['adminDown', 'down', 'init', 'up'] as const).map((state) => Type.Literal(state)),
    ),
    /** Why it is down, as RFC 5880 section 4.1 numbers it. */
    diagnostic: Type.Integer({ minimum: 0, maximum: 31 }),
    /** Between our packets. */
    transmitMs: Type.Number({ minimum: 0 }),
    sent: Count,
    received: Count,
  },
  strict,
);

/** Virtual routers, the ways beside theirs to other directors, and sessions of BFD: the answer to `GET /v1/virtual-routers`. */
export const VirtualRoutersSchema = Type.Object(
  {
    routers: Type.Array(VirtualRouterSchema),
    heartbeats: Type.Array(HeartbeatSchema),
    bfd: Type.Array(BfdSchema),
  },
  strict,
);

/** As the thread of virtual routers tells it; a test holds it against the schema. */
export type VirtualRouters = EngineStatus;
