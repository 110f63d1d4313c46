import { Type } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { MarkRuleSchema, SettingsSchema } from '../api/schemas.ts';
import { initialSettings } from '../director/index.ts';
import { schedulers, type DirectorState } from '../director/model.ts';
import { EvsError } from '../errors/index.ts';

const Whole = (maximum: number, minimum = 0) => Type.Integer({ minimum, maximum });
const OneOf = <T extends string>(...words: readonly T[]) =>
  Type.Unsafe<T>(Type.Union(words.map((word) => Type.Literal(word))));
const Address = Type.String({ pattern: '^[0-9a-f:.]+$' });
const Port = Whole(0xffff);
const seconds = Whole(0x7fff_ffff);

const Key = Type.Union([
  Type.Object({
    kind: Type.Literal('address'),
    protocol: OneOf('tcp', 'udp', 'sctp'),
    address: Address,
    port: Port,
  }),
  Type.Object({
    kind: Type.Literal('mark'),
    mark: Whole(0xffff_ffff, 1),
    family: OneOf('ipv4', 'ipv6'),
  }),
]);

const RealServer = Type.Object({
  address: Address,
  port: Port,
  method: OneOf('masquerading', 'gatewaying', 'tunneling'),
  weight: Whole(0x7fff_ffff),
  upperThreshold: Whole(0xffff_ffff),
  lowerThreshold: Whole(0xffff_ffff),
  tunnel: Type.Object({
    type: OneOf('ipip', 'gue', 'gre'),
    port: Port,
    checksum: OneOf('none', 'checksum', 'remote'),
  }),
  edits: Type.Optional(Whole(Number.MAX_SAFE_INTEGER)),
});

const Service = Type.Object({
  key: Key,
  scheduler: OneOf(...schedulers),
  schedulerFlags: Whole(0xffff_ffff),
  persistence: Type.Optional(
    Type.Object({
      timeoutSeconds: seconds,
      mask: Type.Union([Address, Whole(128)]),
      engine: Type.Optional(Type.Literal('sip')),
    }),
  ),
  onePacket: Type.Boolean(),
  realServers: Type.Array(RealServer),
});

const SynchronisationDaemon = Type.Object({
  role: OneOf('master', 'backup'),
  device: Type.String(),
  syncId: Whole(255),
  maximumLength: Port,
  group: Address,
  port: Port,
  timeToLive: Whole(255),
});

/** What one director keeps in its state file. */
const SavedState = Type.Object({
  format: Type.Literal(1),
  /** Whose state it is; see NamespaceIdentity. */
  owner: Type.String(),
  state: Type.Object({
    services: Type.Array(Service),
    timeouts: Type.Object({ tcp: seconds, tcpFin: seconds, udp: seconds }),
    /** Those that an older daemon did not know are worth what they are by default. */
    settings: Type.Optional(SettingsSchema),
    markRules: Type.Optional(Type.Array(MarkRuleSchema)),
    synchronisation: Type.Optional(Type.Array(SynchronisationDaemon)),
  }),
});
export interface SavedState {
  readonly owner: string;
  readonly state: DirectorState;
}

/** The text of a state file. */
export const encodeSavedState = ({ owner, state }: SavedState): string =>
  `${JSON.stringify({ format: 1, owner, state })}\n`;

/** Parses the text of a state file. Throws E_STATE_FILE that says what is wrong with it, and where. */
export function decodeSavedState(text: string, file: string): SavedState {
  const value = parseJson(text, file);
  const schema = TypeCompiler.Compile(SavedState);
  if (schema.Check(value)) {
    const settings = { ...initialSettings, ...value.state.settings };
    return { owner: value.owner, state: { ...value.state, settings } };
  }
  const first = schema.Errors(value).First();
  throw broken(file, first === undefined ? 'it has no state' : `${first.path}: ${first.message}`);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw broken(file, 'it is not JSON', error);
  }
}

const broken = (file: string, reason: string, cause?: unknown): EvsError =>
  new EvsError('E_STATE_FILE', `Cannot read the saved state in ${file}: ${reason}`, {
    cause,
    hint: 'The data plane goes on as it was. Mend the file, or begin with nothing: evsd --fresh',
  });
