import { Type, type Static, type TSchema } from '@sinclair/typebox';
import { TypeCompiler, type TypeCheck } from '@sinclair/typebox/compiler';
import { MarkRuleSchema, SettingsSchema } from '../api/schemas.ts';
import { comeIn, initialSettings, keyText, serviceChanges } from '../director/index.ts';
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

/** All of a state but its services. */
const notServices = {
  timeouts: Type.Object({ tcp: seconds, tcpFin: seconds, udp: seconds }),
  /** Those that an older daemon did not know are worth what they are by default. */
  settings: Type.Optional(SettingsSchema),
  markRules: Type.Optional(Type.Array(MarkRuleSchema)),
  synchronisation: Type.Optional(Type.Array(SynchronisationDaemon)),
};

/** The first line of a state file. */
const SavedState = Type.Object({
  format: Type.Literal(1),
  /** Whose state it is; see NamespaceIdentity. */
  owner: Type.String(),
  state: Type.Object({ services: Type.Array(Service), ...notServices }),
});

/** Every other line: what a change led to. */
const SavedChange = Type.Object({
  deleted: Type.Array(Key),
  /** Edited ones, which keep their places, then added ones. */
  services: Type.Array(Service),
  others: Type.Object(notServices),
});
export interface SavedState {
  readonly owner: string;
  readonly state: DirectorState;
}

/** The line that says all of a state. */
export const encodeSavedState = ({ owner, state }: SavedState): string =>
  `${JSON.stringify({ format: 1, owner, state })}\n`;

/** The line that makes of one state the next. */
export function encodeSavedChange(before: DirectorState, after: DirectorState): string {
  const { services, ...rest } = after;
  const changes = serviceChanges(before.services, services);
  const deleted = changes.deleted.map(({ key }) => key);
  return `${JSON.stringify({ deleted, services: comeIn(changes), others: rest })}\n`;
}

/** What a state file says, and whether it ends as it should. */
export interface ReadState extends SavedState {
  /** The last line is whole: another one may be added behind it. */
  readonly whole: boolean;
}

/**
 * Parses the text of a state file. A last change that was not written to its end is left out: nobody was told that it
 * was made. Throws E_STATE_FILE that says what is wrong with anything else, and where.
 */
export function decodeStateFile(text: string, file: string): ReadState {
  const [first = '', ...changes] = text.split('\n');
  const { owner, state } = decodeSavedState(first, file);
  const cut = changes.pop();
  const last = changes.at(-1);
  const lost = last !== undefined && !isJson(last);
  if (lost) changes.pop();
  return { owner, state: withChanges(state, changes, file), whole: cut === '' && !lost };
}

function decodeSavedState(line: string, file: string): SavedState {
  const { owner, state } = checked(SavedState, line, file);
  return { owner, state: { ...state, settings: { ...initialSettings, ...state.settings } } };
}

function withChanges(state: DirectorState, lines: readonly string[], file: string): DirectorState {
  if (lines.length === 0) return state;
  const services = new Map(state.services.map((service) => [keyText(service.key), service]));
  let others: Omit<DirectorState, 'services'> = state;
  for (const line of lines) {
    const change = checked(SavedChange, line, file);
    for (const key of change.deleted) services.delete(keyText(key));
    for (const service of change.services) services.set(keyText(service.key), service);
    others = { ...change.others, settings: { ...initialSettings, ...change.others.settings } };
  }
  return { ...others, services: [...services.values()] };
}

const checks = new Map<TSchema, TypeCheck<TSchema>>();

function checked<S extends TSchema>(schema: S, line: string, file: string): Static<S> {
  const value = parseJson(line, file);
  const check = checks.get(schema) ?? TypeCompiler.Compile(schema);
  checks.set(schema, check);
  if (check.Check(value)) return value;
  const first = check.Errors(value).First();
  throw broken(file, first === undefined ? 'it has no state' : `${first.path}: ${first.message}`);
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
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
