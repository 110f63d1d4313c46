import { Type, type Static } from '@sinclair/typebox';

const strict = { additionalProperties: false } as const;
const Change = Type.Union([Type.Literal('up'), Type.Literal('down')]);

/** One look at a real server. */
const ProbeSchema = Type.Object(
  {
    /** When it ended, RFC 3339. */
    at: Type.String(),
    ok: Type.Boolean(),
    /** For people: `connection refused`, `status 503`. */
    reason: Type.String(),
    durationMs: Type.Number({ minimum: 0 }),
    /** What the checker made of it, if that changed its mind. */
    change: Type.Optional(Change),
  },
  strict,
);

const CheckSchema = Type.Object(
  {
    /** `TCP_CHECK` and so on. */
    kind: Type.String(),
    up: Type.Boolean(),
    /** The last looks, the newest first. */
    probes: Type.Array(ProbeSchema),
  },
  strict,
);

const RealServerChecksSchema = Type.Object(
  {
    /** `[10.0.0.2]:tcp:80`. */
    label: Type.String(),
    /** All of its checkers say so. */
    up: Type.Boolean(),
    /** Its effective weight while it is up. */
    weight: Type.Integer({ minimum: 0 }),
    checks: Type.Array(CheckSchema),
  },
  strict,
);

const VirtualServerChecksSchema = Type.Object(
  {
    /** `[10.0.0.1]:tcp:80`, `FWM 5` or `[GROUP]:0`. */
    label: Type.String(),
    /** Nothing is checked: its address is not on this machine (ha_suspend). */
    suspended: Type.Optional(Type.Literal(true)),
    hasQuorum: Type.Boolean(),
    quorum: Type.Integer({ minimum: 0 }),
    /** Of the real servers that are up, together. */
    weight: Type.Integer({ minimum: 0 }),
    realServers: Type.Array(RealServerChecksSchema),
  },
  strict,
);

/** What health checks have found: the answer to `GET /v1/checks`. */
export const ChecksSchema = Type.Object(
  { virtualServers: Type.Array(VirtualServerChecksSchema) },
  strict,
);

export type Checks = Static<typeof ChecksSchema>;
export type VirtualServerChecks = Static<typeof VirtualServerChecksSchema>;
export type RealServerChecks = Static<typeof RealServerChecksSchema>;
export type CheckStatus = Static<typeof CheckSchema>;

/** The body of requests about a configuration: a file of the machine that the director runs on, absolute. */
export const ConfigurationFileSchema = Type.Object(
  { file: Type.String({ pattern: '^/', maxLength: 4096 }) },
  strict,
);
