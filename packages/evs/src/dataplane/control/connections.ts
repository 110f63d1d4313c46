import type { BpfMap, Infer } from '@evs/ebpf';
import type { ConnectionRecord } from '../../director/model.ts';
import { formatIpAddress, IpProtocol } from '../../packet/index.ts';
import type { Connection, FlowKey4, FlowKey6 } from '../layouts.ts';
import { stateMask } from '../layouts.ts';
import { firstSctpState, sctpStates } from '../sctp-states.ts';
import { tcpStates } from '../tcp-states.ts';
import type { Registry } from './registry.ts';

type Entry = Infer<typeof Connection>;
type AnyKey = Infer<typeof FlowKey4> | Infer<typeof FlowKey6>;

/** The clock that `expires` is told by. */
export interface Ticks {
  readonly now: bigint;
  readonly perSecond: number;
}

/**
 * The connections of one table that have not expired.
 *
 * @yields one at a time, in no order
 */
export function* listConnections(
  table: BpfMap,
  registry: Registry,
  ticks: Ticks,
): Generator<ConnectionRecord> {
  for (const [key, entry] of table.entries()) {
    const record = describe(key as AnyKey, entry as Entry, registry, ticks);
    if (record !== undefined) yield record;
  }
}

function describe(
  key: AnyKey,
  entry: Entry,
  registry: Registry,
  ticks: Ticks,
): ConnectionRecord | undefined {
  const left = entry.expires - ticks.now;
  if (left <= 0n) return undefined;
  const server = registry.serverRecord(entry.realServer);
  const size = typeof key.source === 'number' ? 4 : 16;
  return {
    ...protocolAndState(key.protocol, entry.word & stateMask),
    expiresInSeconds: Math.floor(Number(left) / ticks.perSecond),
    client: { address: addressText(key.source), port: key.sourcePort },
    virtual: { address: addressText(key.destination), port: key.destinationPort },
    destination: { address: formatIpAddress(server.bytes('address', size)), port: entry.port },
  };
}

function protocolAndState(
  protocol: number,
  state: number,
): Pick<ConnectionRecord, 'protocol' | 'state'> {
  if (protocol === IpProtocol.udp) return { protocol: 'udp', state: 'UDP' };
  if (protocol === IpProtocol.sctp) {
    return { protocol: 'sctp', state: sctpStates[state - firstSctpState] ?? 'NONE' };
  }
  return { protocol: 'tcp', state: tcpStates[state] ?? 'NONE' };
}

/** An address of a key: IPv4 as a number, IPv6 as bytes. */
export function addressText(address: number | Uint8Array): string {
  if (typeof address !== 'number') return formatIpAddress(address);
  return formatIpAddress(
    Uint8Array.of(address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255),
  );
}
