import { serviceFamily } from '../../director/index.ts';
import type {
  AddressFamily,
  Protocol,
  RealServer,
  SchedulerName,
  ServiceKey,
  VirtualService,
} from '../../director/model.ts';
import type { MethodName } from '../program/assembly.ts';
import { nameOf, tunnelWord, variantOfWord, type TunnelName } from '../tunnel-variants.ts';
import { lookupTableName } from './lookup-table.ts';
import { Tally } from './tally.ts';

/** What a service, or a slot of the tables, asks of the programs. */
export interface Traits {
  readonly families: readonly AddressFamily[];
  readonly protocols: readonly Protocol[];
  readonly methods: readonly MethodName[];
  readonly tunnels: readonly TunnelName[];
  readonly schedulers: readonly SchedulerName[];
  readonly schedulerFlags: readonly number[];
  readonly marks: readonly number[];
  readonly extras: readonly Extra[];
}
type Extra = 'thresholds' | 'persistence' | 'anyPort' | 'ftp' | 'onePacket' | 'sip';

/** How many services or slots have which traits. */
export class TraitCounts {
  readonly families = new Tally<AddressFamily>();
  readonly protocols = new Tally<Protocol>();
  readonly methods = new Tally<MethodName>();
  readonly tunnels = new Tally<TunnelName>();
  readonly schedulers = new Tally<SchedulerName>();
  readonly schedulerFlags = new Tally<number>();
  readonly marks = new Tally<number>();
  readonly extras = new Tally<Extra>();

  add(traits: Partial<Traits>): void {
    for (const kind of kinds) {
      const values = traits[kind];
      if (values === undefined) continue;
      const tally: Tally<unknown> = this[kind];
      for (const value of values) tally.add(value);
    }
  }
  remove(traits: Partial<Traits>): void {
    for (const kind of kinds) {
      const values = traits[kind];
      if (values === undefined) continue;
      const tally: Tally<unknown> = this[kind];
      for (const value of values) tally.remove(value);
    }
  }
}

const kinds = [
  'families',
  'protocols',
  'methods',
  'tunnels',
  'schedulers',
  'schedulerFlags',
  'marks',
  'extras',
] as const satisfies readonly (keyof Traits)[];

/** What a service asks for while it is configured. */
export function traitsOf(service: VirtualService): Traits {
  const { key, scheduler, schedulerFlags, realServers } = service;
  const tunneled = realServers.filter(({ method }) => method === 'tunneling');
  const hasFlags = lookupTableName(scheduler) !== undefined && schedulerFlags !== 0;
  const { families, protocols } = traitsOfKey(key);
  return {
    families,
    protocols,
    methods: unique(realServers.map(({ method }) => method)),
    tunnels: unique(tunneled.map((server) => tunnelOf(key, server))),
    schedulers: [scheduler],
    schedulerFlags: hasFlags ? [schedulerFlags] : [],
    marks: key.kind === 'mark' ? [key.mark] : [],
    extras: extrasOf(service),
  };
}

/** What anything that has this key asks for. Services by mark are for every protocol. */
export const traitsOfKey = (key: ServiceKey): Pick<Traits, 'families' | 'protocols'> => ({
  families: [serviceFamily(key)],
  protocols: key.kind === 'mark' ? ['tcp', 'udp', 'sctp'] : [key.protocol],
});

const tunnelOf = (key: ServiceKey, server: RealServer): TunnelName =>
  nameOf(variantOfWord(serviceFamily(key), tunnelWord(server)));

function extrasOf({ key, realServers, persistence, onePacket }: VirtualService): Extra[] {
  const extras: Extra[] = [];
  if (realServers.some(({ upperThreshold }) => upperThreshold !== 0)) extras.push('thresholds');
  if (persistence !== undefined) extras.push('persistence');
  if (persistence?.engine === 'sip') extras.push('sip');
  if (onePacket) extras.push('onePacket');
  if (key.kind === 'mark') return extras;
  if (key.port === 0) extras.push('anyPort');
  if (key.port === 21 && key.protocol === 'tcp') extras.push('ftp');
  return extras;
}

/** Of a few values among many: they are the same ones nearly always. */
function unique<T>(values: readonly T[]): T[] {
  const found: T[] = [];
  for (const value of values) if (!found.includes(value)) found.push(value);
  return found;
}
