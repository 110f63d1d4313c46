import type { BpfMap } from '@evs/ebpf';
import { SynchronisedFlag, type SynchronisedConnection } from '../../director/index.ts';
import { IpProtocol } from '../../packet/index.ts';
import { adoptionOutcomes, type AdoptionOutcome } from '../adoption-outcomes.ts';
import {
  Adoption,
  adoptionCount,
  ConnectionFlag,
  EntryKind,
  FlowKey4,
  FlowKey6,
  Method,
  TemplateKey4,
  TemplateKey6,
} from '../layouts.ts';
import { firstSctpState } from '../sctp-states.ts';
import { findTarget } from './find-target.ts';
import type { ServerEntry } from './registry.ts';
import { stateSeconds } from './state-seconds.ts';
import type { Telling } from './told-connection.ts';

/** The device by which a client is reached; 0: unknown. */
export type DeviceOf = (client: Uint8Array) => number;

/** What it takes to enter connections of other directors. */
export interface Adopter extends Telling {
  readonly table: BpfMap;
  readonly deviceOf: DeviceOf;
  /** Has the kernel carry out the first so many records of the table. */
  readonly run: (count: number) => void;
}

/** Enters connections of other directors into the tables; tells what became of each. */
export function adopt(
  connections: readonly SynchronisedConnection[],
  adopter: Adopter,
): AdoptionOutcome[] {
  const outcomes: AdoptionOutcome[] = connections.map(() => 'no real server');
  const records = new Uint8Array(adopter.table.view(0).buffer);
  const places: number[] = [];
  const flush = (): void => {
    if (places.length > 0) adopter.run(places.length);
    for (const [index, place] of places.entries()) outcomes[place] = outcomeAt(records, index);
    places.length = 0;
  };
  for (const [place, connection] of connections.entries()) {
    const server = findTarget(adopter.registry, connection);
    if (server === undefined) continue;
    if (connection.engine !== undefined) {
      // The template of a call; without its Call-ID it would be all calls' template.
      outcomes[place] = 'ignored';
      continue;
    }
    writeAdoption(records, places.length, connection, server, adopter);
    places.push(place);
    if (places.length === adoptionCount) flush();
  }
  flush();
  return outcomes;
}

const outcomeAt = (records: Uint8Array, index: number): AdoptionOutcome => {
  const at = index * Adoption.sizeBytes + Adoption.offsetOf('outcome');
  return adoptionOutcomes[records[at] ?? 0] ?? 'pending';
};

function writeAdoption(
  records: Uint8Array,
  index: number,
  connection: SynchronisedConnection,
  server: ServerEntry,
  { timeouts, ticksPerSecond, deviceOf }: Adopter,
): void {
  const { flags, client, destinationPort: port } = connection;
  const isTemplate = (flags & SynchronisedFlag.template) !== 0;
  const isMasqueraded = server.record.u32('method') === Method.masquerading;
  const state = wordState(connection);
  const seconds =
    connection.timeoutSeconds ??
    (isTemplate ? templateSeconds : stateSeconds(connection.protocol, state, timeouts));
  const noOutput = (flags & SynchronisedFlag.noOutput) === 0 ? 0 : ConnectionFlag.noOutput;
  const at = index * Adoption.sizeBytes;
  Adoption.encode(
    {
      key: keyOf(connection, isTemplate),
      kind: (client.length === 16 ? EntryKind.ipv6 : 0) | (isTemplate ? EntryKind.template : 0),
      word: isTemplate ? connection.state : state | (isMasqueraded ? 0 : noOutput),
      realServer: server.slot,
      hopIfindex: isMasqueraded && !isTemplate ? deviceOf(client) : 0,
      timeout: BigInt(Math.min(seconds, mostSeconds)) * BigInt(ticksPerSecond),
      port,
      inactive: (flags & SynchronisedFlag.inactive) === 0 ? 0 : 1,
      outcome: 0,
    },
    records,
    at,
  );
}

/** What ip_vs gives templates of messages that do not say. */
const templateSeconds = 180;
/** A month: nobody configures more, and ticks stay in range. */
const mostSeconds = 31 * 86_400;

const wordState = ({ protocol, state }: SynchronisedConnection): number =>
  protocol === IpProtocol.sctp ? firstSctpState + state : state;

function keyOf(connection: SynchronisedConnection, isTemplate: boolean): Uint8Array {
  const { client, virtual, clientPort, virtualPort, protocol } = connection;
  const key = new Uint8Array(40);
  const size = client.length;
  key.set(client);
  key.set(virtual, size);
  const [Flow, Path] = size === 4 ? [FlowKey4, TemplateKey4] : [FlowKey6, TemplateKey6];
  const view = new DataView(key.buffer);
  if (isTemplate) {
    view.setUint16(Path.offsetOf('port'), virtualPort);
    view.setUint8(Path.offsetOf('protocol'), protocol);
    return key;
  }
  view.setUint16(Flow.offsetOf('sourcePort'), clientPort);
  view.setUint16(Flow.offsetOf('destinationPort'), virtualPort);
  view.setUint8(Flow.offsetOf('protocol'), protocol);
  return key;
}
