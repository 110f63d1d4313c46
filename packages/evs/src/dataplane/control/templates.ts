import type { BpfMap, Infer } from '@evs/ebpf';
import type { ConnectionRecord } from '../../director/model.ts';
import { formatIpAddress, IpProtocol } from '../../packet/index.ts';
import { type Template, type TemplateKey4, type TemplateKey6, TemplateSeat } from '../layouts.ts';
import { addressText, type Ticks } from './connections.ts';
import type { Registry } from './registry.ts';

type Entry = Infer<typeof Template>;
type AnyKey = Infer<typeof TemplateKey4> | Infer<typeof TemplateKey6>;

/**
 * The templates of one table that have not expired, as ip_vs lists them: among the connections, from port 0.
 *
 * @yields one at a time, in no order
 */
export function* listTemplates(
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
  key.superseded === 0
    ? Number((seat >> BigInt(TemplateSeat.holderShift)) & 0x7fff_ffffn)
    : key.superseded;
