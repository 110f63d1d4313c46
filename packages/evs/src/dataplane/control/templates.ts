import type { BpfMap, Infer } from '@evs/ebpf';
import type { ConnectionRecord } from '../../director/model.ts';
import { formatIpAddress, IpProtocol } from '../../packet/index.ts';
import { callBit, type Call, type CallKey4, type CallKey6 } from '../call-layouts.ts';
import { TemplateSeat, type Template, type TemplateKey4, type TemplateKey6 } from '../layouts.ts';
import { addressText, type Ticks } from './connections.ts';
import type { Registry } from './registry.ts';

type Entry = Infer<typeof Template>;
type AnyCallKey = Infer<typeof CallKey4> | Infer<typeof CallKey6>;
type AnyKey = Infer<typeof TemplateKey4> | Infer<typeof TemplateKey6>;

/**
 * The templates of one table that have not expired, and the Call-IDs that they are for, as ip_vs lists them: among the connections, from port 0.
 *
 * @yields one at a time, in no order
 */
export function* listTemplates(
  table: BpfMap,
  calls: BpfMap | undefined,
  registry: Registry,
  ticks: Ticks,
): Generator<ConnectionRecord> {
  const callIds = calls === undefined ? new Map<number, string>() : callIdsOf(calls);
  for (const [key, entry] of table.entries()) {
    const record = describe(key as AnyKey, entry as Entry, registry, ticks);
    const data = callIds.get((key as AnyKey).superseded);
    if (record !== undefined) {
      yield data === undefined ? record : { ...record, engine: { name: 'sip', data } };
    }
  }
}

/** Call-IDs by their numbers. */
function callIdsOf(calls: BpfMap): Map<number, string> {
  const callIds = new Map<number, string>();
  for (const [key, call] of calls.entries()) {
    const { callId, lengthBytes } = key as AnyCallKey;
    const text = Buffer.from(callId).toString('latin1', 0, lengthBytes);
    callIds.set((call as Infer<typeof Call>).number, text);
  }
  return callIds;
}

function describe(
  key: AnyKey,
  entry: Entry,
  registry: Registry,
  ticks: Ticks,
): ConnectionRecord | undefined {
  const left = entry.expires - ticks.now;
  const slot = slotOf(key, entry);
  if (left <= 0n || slot === 0) return undefined;
  const size = typeof key.client === 'number' ? 4 : 16;
  return {
    protocol: protocolNames[key.protocol] ?? 'ip',
    state: entry.assured === 0 ? 'NONE' : 'ASSURED',
    expiresInSeconds: Math.floor(Number(left) / ticks.perSecond),
    client: { address: addressText(key.client), port: 0 },
    virtual: { address: addressText(key.virtual), port: key.port },
    destination: {
      address: formatIpAddress(registry.serverRecord(slot).bytes('address', size)),
      port: entry.port,
    },
  };
}

const protocolNames: Readonly<Record<number, ConnectionRecord['protocol']>> = {
  [IpProtocol.tcp]: 'tcp',
  [IpProtocol.udp]: 'udp',
  [IpProtocol.sctp]: 'sctp',
};

/** The real server that a template is for, or was for; 0: none. */
const slotOf = (key: AnyKey, { seat }: Entry): number =>
  key.superseded === 0 || key.superseded >= callBit
    ? Number((seat >> BigInt(TemplateSeat.holderShift)) & 0x7fff_ffffn)
    : key.superseded;
