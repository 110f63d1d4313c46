import type {
  MarkRule,
  Protocol,
  SchedulerName,
  ServiceKey,
  VirtualService,
} from '../../director/model.ts';
import { serviceFamily } from '../../director/index.ts';
import { RealServerFlag } from '../layouts.ts';
import type { Features, MethodName } from '../program/assembly.ts';
import { lookupTableName } from './lookup-table.ts';
import { nameOf, tunnelWord, variantOfWord, type TunnelName } from '../tunnel-variants.ts';
import { serverFlags, type Registry } from './registry.ts';

/** What the configuration of services does not tell. */
type FeatureOptions = Pick<Features, 'localClients' | 'peers' | 'settings'> &
  Partial<Pick<Features, 'announcing' | 'adopting'>>;

/**
 * What the programs must be able to do for a configuration, and for the connections that older ones left: the
 * union with `present`, whose slots are still in use.
 */
export function featuresOf(
  wanted: readonly VirtualService[],
  markRules: readonly MarkRule[],
  present: Pick<Registry, 'services' | 'servers'>,
  options: FeatureOptions,
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
  const marks = new Set(wanted.flatMap(({ key }) => (key.kind === 'mark' ? [key.mark] : [])));
  return {
    ipv4: keys.some((key) => serviceFamily(key) === 'ipv4'),
    ipv6: keys.some((key) => serviceFamily(key) === 'ipv6'),
    tcp: keys.some((key) => isFor(key, 'tcp')),
    udp: keys.some((key) => isFor(key, 'udp')),
    sctp: keys.some((key) => isFor(key, 'sctp')),
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
    anyPort: wanted.some(({ key }) => key.kind === 'address' && key.port === 0),
    ftp: wanted.some(
      ({ key }) => key.kind === 'address' && key.protocol === 'tcp' && key.port === 21,
    ),
    onePacket: wanted.some(({ onePacket }) => onePacket),
    marks: marks.size > 0,
    matchRules: marks.size > 0 && markRules.length > 0,
    anyAddress: [...marks].some((mark) => isAnywhere(mark, markRules)),
    announcing: options.announcing ?? false,
    adopting: options.adopting ?? false,
  };
}

/** Kinds of tunnels of real servers, and of those that only connections remember. */
function tunnelsOf(
  wanted: readonly VirtualService[],
  present: Pick<Registry, 'services' | 'servers'>,
): TunnelName[] {
  const configured = wanted.flatMap(({ key, realServers }) =>
    realServers
      .filter(({ method }) => method === 'tunneling')
      .map((server) => variantOfWord(serviceFamily(key), tunnelWord(server))),
  );
  const families = new Map(
    [...present.services.values()].map(({ index, key }) => [index, serviceFamily(key)]),
  );
  const remembered = [...present.servers.values()]
    .filter(({ record }) => (serverFlags(record) & RealServerFlag.tunneling) !== 0)
    .map(({ service, record }) =>
      variantOfWord(families.get(service) ?? 'ipv4', record.u32('tunnel')),
    );
  return [...new Set([...configured, ...remembered].map(nameOf))].toSorted();
}

/** Services by mark are for every protocol. */
const isFor = (key: ServiceKey, protocol: Protocol): boolean =>
  key.kind === 'mark' || key.protocol === protocol;

/** A mark that comes from elsewhere, or by a rule that is not for one destination address. */
function isAnywhere(mark: number, rules: readonly MarkRule[]): boolean {
  const own = rules.filter((rule) => rule.mark === mark);
  return (
    own.length === 0 ||
    own.some(({ family, destination }) => destination?.length !== (family === 'ipv4' ? 32 : 128))
  );
}

/** Nothing can be balanced: no program is needed. */
export const isIdle = (features: Features): boolean => !features.ipv4 && !features.ipv6;

/** Features that are there or not, and do no harm where they are not needed. */
const additions = [
  'ipv4',
  'ipv6',
  'tcp',
  'udp',
  'sctp',
  'thresholds',
  'persistence',
  'anyPort',
  'ftp',
  'onePacket',
  'marks',
  'matchRules',
  'anyAddress',
  'adopting',
] as const;

/** Whether programs with the features `present` do all that is wanted, and nothing that is not. */
export const covers = (present: Features, wanted: Features): boolean =>
  additions.every((feature) => present[feature] || !wanted[feature]) &&
  wanted.methods.every((method) => present.methods.includes(method)) &&
  wanted.tunnels.every((tunnel) => present.tunnels.includes(tunnel)) &&
  wanted.schedulers.every((scheduler) => present.schedulers.includes(scheduler)) &&
  (wanted.schedulerFlags & ~present.schedulerFlags) === 0 &&
  present.localClients === wanted.localClients &&
  present.announcing === wanted.announcing &&
  String(present.settings) === String(wanted.settings) &&
  present.peers === wanted.peers;
