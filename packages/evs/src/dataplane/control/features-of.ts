import type { SchedulerName } from '../../director/model.ts';
import { familyOf } from '../../packet/index.ts';
import { RealServerFlag } from '../layouts.ts';
import type { Features, MethodName } from '../program/assembly.ts';
import { lookupTableName } from './lookup-table.ts';
import type { CarriedService } from './publish.ts';
import { nameOf, tunnelWord, variantOfWord, type TunnelName } from '../tunnel-variants.ts';
import { serverFlags, type Registry } from './registry.ts';

/**
 * What the programs must be able to do for a configuration, and for the connections that older ones left: the
 * union with `present`, whose slots are still in use.
 */
export function featuresOf(
  wanted: readonly CarriedService[],
  present: Registry,
  options: Pick<Features, 'localClients' | 'peers' | 'settings'>,
): Features {
  const keys = [
    ...wanted.map(({ key }) => key),
    ...[...present.services.values()].map(({ key }) => key),
  ];
  const servers = wanted.flatMap(({ realServers }) => realServers);
  const used = [...present.servers.values()].map(({ record }) => serverFlags(record));
  const uses = (method: MethodName): boolean =>
    servers.some((server) => server.method === method) ||
    used.some((flags) => (flags & RealServerFlag[method]) !== 0);
  const methods = (['masquerading', 'gatewaying', 'tunneling'] as const).filter(uses);
  const schedulers = new Set<SchedulerName>(wanted.map(({ scheduler }) => scheduler));
  return {
    ipv4: keys.some(({ address }) => familyOf(address) === 'ipv4'),
    ipv6: keys.some(({ address }) => familyOf(address) === 'ipv6'),
    tcp: keys.some(({ protocol }) => protocol === 'tcp'),
    udp: keys.some(({ protocol }) => protocol === 'udp'),
    // Real servers are likely to follow their service, most by the method that needs no option.
    methods: methods.length === 0 ? ['gatewaying'] : methods,
    tunnels: tunnelsOf(wanted, present),
    schedulers: [...schedulers].toSorted(),
    schedulerFlags: wanted
      .filter(({ scheduler }) => lookupTableName(scheduler) !== undefined)
      .reduce((flags, service) => flags | service.schedulerFlags, 0),
    thresholds:
      servers.some(({ upperThreshold }) => upperThreshold !== 0) ||
      [...present.servers.values()].some(({ record }) => record.u32('overloaded') !== 0),
    localClients: options.localClients,
    peers: options.peers,
    settings: options.settings,
    persistence:
      wanted.some(({ persistence }) => persistence !== undefined) ||
      [...present.servers.values()].some(({ record }) => record.u32('persistent') !== 0),
    anyPort: wanted.some(({ key }) => key.port === 0),
    ftp: wanted.some(({ key }) => key.protocol === 'tcp' && key.port === 21),
    onePacket: wanted.some(({ onePacket }) => onePacket),
  };
}

/** Kinds of tunnels of real servers, and of those that only connections remember. */
function tunnelsOf(wanted: readonly CarriedService[], present: Registry): TunnelName[] {
  const configured = wanted.flatMap(({ key, realServers }) =>
    realServers
      .filter(({ method }) => method === 'tunneling')
      .map((server) => variantOfWord(familyOf(key.address), tunnelWord(server))),
  );
  const families = new Map(
    [...present.services.values()].map(({ index, key }) => [index, familyOf(key.address)]),
  );
  const remembered = [...present.servers.values()]
    .filter(({ record }) => (serverFlags(record) & RealServerFlag.tunneling) !== 0)
    .map(({ service, record }) =>
      variantOfWord(families.get(service) ?? 'ipv4', record.u32('tunnel')),
    );
  return [...new Set([...configured, ...remembered].map(nameOf))].toSorted();
}

/** Nothing can be balanced: no program is needed. */
export const isIdle = (features: Features): boolean => !features.ipv4 && !features.ipv6;

/** Features that are there or not, and do no harm where they are not needed. */
const additions = [
  'ipv4',
  'ipv6',
  'tcp',
  'udp',
  'thresholds',
  'persistence',
  'anyPort',
  'ftp',
  'onePacket',
] as const;

/** Whether programs with the features `present` do all that is wanted, and nothing that is not. */
export const covers = (present: Features, wanted: Features): boolean =>
  additions.every((feature) => present[feature] || !wanted[feature]) &&
  wanted.methods.every((method) => present.methods.includes(method)) &&
  wanted.tunnels.every((tunnel) => present.tunnels.includes(tunnel)) &&
  wanted.schedulers.every((scheduler) => present.schedulers.includes(scheduler)) &&
  (wanted.schedulerFlags & ~present.schedulerFlags) === 0 &&
  present.localClients === wanted.localClients &&
  String(present.settings) === String(wanted.settings) &&
  present.peers === wanted.peers;
