import { Type, type Static, type TInteger, type TLiteral, type TUnion } from '@sinclair/typebox';
import { numberSettings } from '../director/index.ts';

/** JSON schemas of what clients send. What they cannot express, the director checks. */

const Whole = (maximum: number, minimum = 0) => Type.Integer({ minimum, maximum });
const strict = { additionalProperties: false } as const;

const Port = Whole(0xffff);
const Address = Type.String({ minLength: 2, maxLength: 45 });
const Name = Type.String({ minLength: 1, maxLength: 15 });

const Protocol = oneOf('tcp', 'udp', 'sctp');
const Family = oneOf('ipv4', 'ipv6');

const ServiceKeySchema = Type.Union([
  Type.Object(
    { kind: Type.Literal('address'), protocol: Protocol, address: Address, port: Port },
    strict,
  ),
  Type.Object({ kind: Type.Literal('mark'), mark: Whole(0xffff_ffff, 1), family: Family }, strict),
]);

const ServiceRequestSchema = Type.Object(
  {
    key: ServiceKeySchema,
    scheduler: Name,
    schedulerFlags: Whole(0x38),
    persistence: Type.Optional(
      Type.Object(
        { timeoutSeconds: Whole(0x7fff_ffff, 1), mask: Type.Union([Address, Whole(128)]) },
        strict,
      ),
    ),
    persistenceEngine: Type.Optional(Name),
    onePacket: Type.Boolean(),
  },
  strict,
);

const RealServerKeySchema = Type.Object({ address: Address, port: Port }, strict);

const RealServerSchema = Type.Object(
  {
    address: Address,
    port: Port,
    method: oneOf('masquerading', 'gatewaying', 'tunneling'),
    weight: Type.Integer(),
    upperThreshold: Type.Integer(),
    lowerThreshold: Type.Integer(),
    tunnel: Type.Object(
      {
        type: oneOf('ipip', 'gue', 'gre'),
        port: Port,
        checksum: oneOf('none', 'checksum', 'remote'),
      },
      strict,
    ),
  },
  strict,
);

export const TimeoutsSchema = Type.Object(
  { tcp: Type.Integer(), tcpFin: Type.Integer(), udp: Type.Integer() },
  strict,
);

const numbers = Object.fromEntries(
  Object.keys(numberSettings).map((name) => [name, Type.Integer()]),
) as { [name in keyof typeof numberSettings]: TInteger };

/** Any of the settings. */
export const SettingsSchema = Type.Partial(
  Type.Object({
    ...numbers,
    sync_threshold: Type.Unsafe<readonly [number, number]>(
      Type.Tuple([Type.Integer(), Type.Integer()]),
    ),
  }),
  strict,
);

const SynchronisationDaemonSchema = Type.Object(
  {
    role: oneOf('master', 'backup'),
    device: Type.String({ maxLength: 15 }),
    syncId: Whole(255),
    maximumLength: Whole(65_507),
    group: Address,
    port: Whole(0xffff, 1),
    timeToLive: Whole(255, 1),
  },
  strict,
);

const Prefix = Type.Object({ address: Address, length: Whole(128) }, strict);
const Ports = Type.Object({ first: Port, last: Port }, strict);

export const MarkRuleSchema = Type.Object(
  {
    mark: Whole(0xffff_ffff, 1),
    family: Family,
    protocol: Type.Optional(Protocol),
    source: Type.Optional(Prefix),
    destination: Type.Optional(Prefix),
    sourcePorts: Type.Optional(Ports),
    destinationPorts: Type.Optional(Ports),
  },
  strict,
);

const CommandSchema = Type.Union([
  command('addService', { service: ServiceRequestSchema }),
  command('editService', { service: ServiceRequestSchema }),
  command('deleteService', { key: ServiceKeySchema }),
  command('addRealServer', { key: ServiceKeySchema, realServer: RealServerSchema }),
  command('editRealServer', { key: ServiceKeySchema, realServer: RealServerSchema }),
  command('deleteRealServer', { key: ServiceKeySchema, realServer: RealServerKeySchema }),
  command('clear', {}),
  command('zero', { key: Type.Optional(ServiceKeySchema) }),
  command('addMarkRule', { rule: MarkRuleSchema }),
  command('deleteMarkRule', { rule: MarkRuleSchema }),
  command('setTimeouts', { timeouts: TimeoutsSchema }),
  command('changeSettings', { settings: SettingsSchema }),
  command('startDaemon', { daemon: SynchronisationDaemonSchema }),
  command('stopDaemon', { role: oneOf('master', 'backup') }),
]);

export const CommandsSchema = Type.Object(
  { commands: Type.Array(CommandSchema, { maxItems: 10_000 }) },
  strict,
);
export type Commands = Static<typeof CommandsSchema>;

export const ShutdownSchema = Type.Object({ destroy: Type.Boolean() }, strict);

function oneOf<T extends string[]>(...words: [...T]): TUnion<{ [K in keyof T]: TLiteral<T[K]> }> {
  return Type.Union(words.map((word) => Type.Literal(word))) as unknown as TUnion<{
    [K in keyof T]: TLiteral<T[K]>;
  }>;
}

function command<K extends string, P extends Parameters<typeof Type.Object>[0]>(
  kind: K,
  properties: P,
) {
  return Type.Object({ kind: Type.Literal(kind), ...properties }, strict);
}
