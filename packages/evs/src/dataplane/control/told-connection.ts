import type { BpfMap, Infer } from '@evs/ebpf';
import {
  SynchronisedFlag,
  type SynchronisedConnection,
  type Timeouts,
} from '../../director/index.ts';
import { IpProtocol } from '../../packet/index.ts';
import {
  Announcement,
  ConnectionFlag,
  EntryKind,
  FlowKey4,
  FlowKey6,
  Method,
  stateMask,
  TemplateKey4,
  TemplateKey6,
  TemplateSeat,
  type Connection,
  type Template,
} from '../layouts.ts';
import { firstSctpState } from '../sctp-states.ts';
import { activeStates, stateNumber } from '../tcp-states.ts';
import type { Registry } from './registry.ts';
import { stateSeconds } from './state-seconds.ts';

/** What it takes to tell of a connection beside its entry. */
export interface Telling {
  readonly registry: Registry;
  readonly timeouts: Timeouts;
  readonly ticksPerSecond: number;
}

type Entry = Omit<Infer<typeof Announcement>, 'key'>;

/** What a record of the ring says to other directors. */
export function readAnnouncement(record: Uint8Array, telling: Telling): SynchronisedConnection {
  const entry = Announcement.decode(record);
  return (entry.kind & EntryKind.template) === 0
    ? connectionOf(record, entry, telling)
    : templateOf(record, entry, telling);
}

/** `bytes` begin with the key. */
function connectionOf(bytes: Uint8Array, entry: Entry, telling: Telling): SynchronisedConnection {
  const size = (entry.kind & EntryKind.ipv6) === 0 ? 4 : 16;
  const protocol = bytes[2 * size + 4] ?? 0;
  const state = entry.word & stateMask;
  const noOutput = (entry.word & ConnectionFlag.noOutput) === 0 ? 0 : SynchronisedFlag.noOutput;
  return {
    ...addresses(bytes, size, entry.realServer, telling.registry),
    protocol,
    clientPort: portAt(bytes, 2 * size),
    virtualPort: portAt(bytes, 2 * size + 2),
    destinationPort: entry.port,
    flags: methodOfWord(entry.word) | noOutput | inactiveFlag(protocol, state),
    state: state >= firstSctpState ? state - firstSctpState : state,
    timeoutSeconds: stateSeconds(protocol, state, telling.timeouts),
  };
}

function templateOf(bytes: Uint8Array, entry: Entry, telling: Telling): SynchronisedConnection {
  const { registry, ticksPerSecond } = telling;
  const size = (entry.kind & EntryKind.ipv6) === 0 ? 4 : 16;
  const method = registry.serverRecord(entry.realServer).u32('method');
  const noOutput = method === Method.masquerading ? 0 : SynchronisedFlag.noOutput;
  return {
    ...addresses(bytes, size, entry.realServer, registry),
    protocol: bytes[2 * size + 2] ?? 0,
    clientPort: 0,
    virtualPort: portAt(bytes, 2 * size),
    destinationPort: entry.port,
    flags: method | noOutput | SynchronisedFlag.inactive | SynchronisedFlag.template,
    state: entry.word,
    timeoutSeconds: Math.round(entry.timeout / ticksPerSecond),
  };
}

function addresses(
  key: Uint8Array,
  size: number,
  realServer: number,
  registry: Registry,
): Pick<SynchronisedConnection, 'client' | 'virtual' | 'destination' | 'mark'> {
  const server = registry.serverRecord(realServer);
  return {
    client: key.subarray(0, size),
    virtual: key.subarray(size, 2 * size),
    destination: server.bytes('address', size),
    mark: registry.serviceRecord(server.u32('service')).u32('mark'),
  };
}

const portAt = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

function methodOfWord(word: number): number {
  if ((word & ConnectionFlag.masquerading) !== 0) return Method.masquerading;
  return (word & ConnectionFlag.tunneling) === 0 ? Method.gatewaying : Method.tunneling;
}

const activeNumbers = new Set(activeStates.map(stateNumber));
const sctpEstablished = firstSctpState + 8;

function inactiveFlag(protocol: number, state: number): number {
  const isActive =
    protocol === IpProtocol.tcp ? activeNumbers.has(state) : state === sctpEstablished;
  return isActive ? 0 : SynchronisedFlag.inactive;
}

/**
 * All connections and templates of one table that live, for a director that begins.
 *
 * @yields one at a time, in no order
 */
export function* tellConnections(
  table: BpfMap,
  telling: Telling,
  now: bigint,
): Generator<SynchronisedConnection> {
  const isIpv6 = table.definition.key.sizeBytes === FlowKey6.sizeBytes;
  const layout = isIpv6 ? FlowKey6 : FlowKey4;
  for (const [key, value] of table.entries()) {
    const { expires, word, realServer, port } = value as Infer<typeof Connection>;
    if (expires <= now || (word & ConnectionFlag.local) !== 0) continue;
    const kind = isIpv6 ? EntryKind.ipv6 : 0;
    const entry = { kind, word, realServer, port, timeout: 0 };
    yield connectionOf(layout.encode(key as never), entry, telling);
  }
}

/**
 * The same of templates.
 *
 * @yields one at a time, in no order
 */
export function* tellTemplates(
  table: BpfMap,
  telling: Telling,
  now: bigint,
): Generator<SynchronisedConnection> {
  const isIpv6 = table.definition.key.sizeBytes === TemplateKey6.sizeBytes;
  const layout = isIpv6 ? TemplateKey6 : TemplateKey4;
  for (const [key, value] of table.entries()) {
    const { expires, seat, timeout, assured, port } = value as Infer<typeof Template>;
    const realServer = Number((seat >> BigInt(TemplateSeat.holderShift)) & 0x7fff_ffffn);
    // One without its real server is of no use elsewhere, nor is one of a call without its Call-ID.
    const isOther = (key as Infer<typeof TemplateKey4>).superseded !== 0;
    if (expires <= now || realServer === 0 || isOther) continue;
    const kind = EntryKind.template | (isIpv6 ? EntryKind.ipv6 : 0);
    const entry = { kind, word: assured, realServer, port, timeout };
    yield templateOf(layout.encode(key as never), entry, telling);
  }
}
