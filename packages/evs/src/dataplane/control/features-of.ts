import type { AddressFamily, MarkRule, Protocol } from '../../director/model.ts';
import type { Features } from '../program/assembly.ts';
import type { Registry } from './registry.ts';
import type { TraitCounts } from './traits.ts';

/** What the configuration of services does not tell. */
export type FeatureOptions = Pick<Features, 'localClients' | 'peers' | 'settings'> &
  Partial<Pick<Features, 'announcing' | 'adopting'>>;

/** What decides on the features of the programs. */
export interface Demands {
  /** Of the services that are configured. */
  readonly wanted: TraitCounts;
  /** Of the slots that are in use, by connections that older configurations left, too. */
  readonly slots: Pick<Registry, 'traits' | 'servers'>;
  readonly markRules: readonly MarkRule[];
  /** What the programs have been able to do so far; absent if another process knew. */
  readonly running?: Features | undefined;
  /** Whether calls have ever been told apart: there are tables of them. */
  readonly knowsCalls: boolean;
}

/** What the programs must be able to do for a configuration, and for what older ones left behind. */
export function featuresOf(
  { wanted, slots, markRules, running, knowsCalls }: Demands,
  options: FeatureOptions,
): Features {
  const present = slots.traits;
  const methods = (['masquerading', 'gatewaying', 'tunneling'] as const).filter(
    (method) => wanted.methods.has(method) || present.methods.has(method),
  );
  const hasFamily = (family: AddressFamily): boolean =>
    wanted.families.has(family) || present.families.has(family);
  const hasProtocol = (protocol: Protocol): boolean =>
    wanted.protocols.has(protocol) || present.protocols.has(protocol);
  const marks = wanted.marks.values();
  const { extras } = wanted;
  return {
    ipv4: hasFamily('ipv4'),
    ipv6: hasFamily('ipv6'),
    tcp: hasProtocol('tcp'),
    udp: hasProtocol('udp'),
    sctp: hasProtocol('sctp'),
    // Real servers are likely to follow their service, most by the method that needs no option.
    methods: methods.length === 0 ? ['gatewaying'] : methods,
    tunnels: [...new Set([...wanted.tunnels.values(), ...present.tunnels.values()])].toSorted(),
    schedulers: wanted.schedulers.values().toSorted(),
    schedulerFlags: wanted.schedulerFlags.values().reduce((all, flags) => all | flags, 0),
    thresholds: extras.has('thresholds') || isLeft(slots, 'overloaded', running?.thresholds),
    localClients: options.localClients,
    peers: options.peers,
    settings: options.settings,
    persistence: extras.has('persistence') || isLeft(slots, 'persistent', running?.persistence),
    // What calls left behind is found by its call's number as long as it lasts.
    sip: extras.has('sip') || isLeft(slots, 'persistent', knowsCalls),
    anyPort: extras.has('anyPort'),
    ftp: extras.has('ftp'),
    onePacket: extras.has('onePacket'),
    marks: marks.length > 0,
    matchRules: marks.length > 0 && markRules.length > 0,
    anyAddress: marks.some((mark) => isAnywhere(mark, markRules)),
    announcing: options.announcing ?? false,
    adopting: options.adopting ?? false,
  };
}

/** What only programs that have the feature write: nobody need look if they have not had it. */
const isLeft = (
  { servers }: Pick<Registry, 'servers'>,
  field: 'overloaded' | 'persistent',
  had: boolean | undefined,
): boolean => had !== false && [...servers.values()].some(({ record }) => record.u32(field) !== 0);

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
  'sip',
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
