import type { AddressFamily, Protocol } from '../../director/index.ts';
import { caution, failure, type Report } from '../text/diagnostic.ts';
import { has, only, placeOf } from '../language/read-section.ts';
import type { Located, SectionOf } from '../language/spec.ts';
import type { GroupEntry } from '../language/values/virtual.ts';
import type { virtualServer } from '../language/keywords/virtual-server.ts';
import { defined, type Build } from './build.ts';
import { buildRealServers } from './build-real-server.ts';
import type { ScriptSecurity } from './build-scripts.ts';
import { familyOfServer, labelOf, servicesOf } from './build-services.ts';
import type {
  BfdInstance,
  ConfiguredRealServer,
  TrackedFile,
  VirtualServer,
} from './configuration.ts';

export interface VirtualServerContext extends Build {
  readonly groups: ReadonlyMap<string, readonly GroupEntry[]>;
  readonly security: ScriptSecurity;
  readonly files: readonly TrackedFile[];
  readonly bfdInstances: readonly BfdInstance[];
  readonly logAllFailures: boolean;
  readonly smtpAlert: boolean | undefined;
}
type Section = SectionOf<typeof virtualServer>;
type Keywords = Section['keywords'];

const defaultPersistenceSeconds = 360;
const minuteMs = 60_000;

/** What a virtual server is for. */
interface Subject {
  readonly name: Section['argument'];
  readonly isMark: boolean;
  readonly protocol: Protocol;
  readonly label: string;
  readonly family: AddressFamily;
}

/** One virtual server with all defaults; undefined if nothing is left of it. */
export function buildVirtualServer(
  { value, at }: Located<Section>,
  context: VirtualServerContext,
): VirtualServer | undefined {
  const subject = subjectOf(value, at, context);
  if (subject === undefined) return undefined;
  const { name, protocol, label, family, isMark } = subject;
  const { keywords: own } = value;
  const { groups } = context;
  const scheduler = only(own.lb_algo) ?? missing(at, 'No lb_algo: wlc is taken', 'wlc', context);
  const method =
    only(own.lb_kind) ?? missing(at, 'No lb_kind: NAT is taken', { kind: 'NAT' } as const, context);
  const ports = portsOf(name, groups);
  const realServers = buildRealServers({ virtual: own, ports, method, ...subject, ...context });
  return {
    label,
    name,
    services: servicesOf(name, groups, protocol, family),
    scheduler,
    schedulerFlags: schedulerFlagsOf(own, scheduler, context),
    method,
    ...defined({ persistence: persistenceOf(own, name, at, context) }),
    onePacket: onePacketOf(own, protocol, context),
    delayLoopMs: only(own.delay_loop) ?? minuteMs,
    ...quorumOf(own, realServers, label, at, context),
    omega: has(own.omega),
    haSuspend: haSuspendOf(own, isMark, context),
    ...defined({
      quorumUp: context.security.notice(own.quorum_up),
      quorumDown: context.security.notice(own.quorum_down),
      sorryServer: sorryServerOf(own, method, context),
    }),
    smtpAlert: only(own.smtp_alert) ?? context.smtpAlert ?? false,
    realServers,
  };
}

/** Undefined, and reported, if there is nothing to balance. */
function subjectOf(
  { argument: name, keywords: own }: Section,
  at: Located<unknown>['at'],
  context: VirtualServerContext,
): Subject | undefined {
  const { report, groups } = context;
  if (name.kind === 'group' && !groups.has(name.group)) {
    report(failure(at, `There is no virtual_server_group ${name.group}`));
    return undefined;
  }
  const isMark = name.kind === 'mark';
  const protocol = protocolOf(own, isMark, at, context);
  const label = labelOf(name, protocol);
  const [firstServer] = own.real_server;
  if (firstServer === undefined) {
    report(failure(at, `${label} has no real server, and is left out`));
    return undefined;
  }
  const said = only(own.ip_family);
  const family = familyOfServer(name, groups, said, firstServer.value.argument.address);
  const saidFamily = said === 'inet6' ? 'ipv6' : 'ipv4';
  if (said !== undefined && !isMark && saidFamily !== family) {
    report(failure(placeOf(own.ip_family), `${label} is not of the family ${said}`));
  }
  return { name, isMark, protocol, label, family };
}

/** Ports of the services: none of a mark's, each of a group's. */
function portsOf(
  name: Section['argument'],
  groups: VirtualServerContext['groups'],
): readonly (number | 'mark')[] {
  if (name.kind === 'address') return [name.port];
  if (name.kind === 'mark') return ['mark'];
  const entries = groups.get(name.group) ?? [];
  return [...new Set(entries.map((entry) => (entry.kind === 'mark' ? 'mark' : entry.port)))];
}

function missing<T>(at: Located<unknown>['at'], message: string, value: T, { report }: Build): T {
  report(caution(at, message));
  return value;
}

function protocolOf(
  own: Keywords,
  isMark: boolean,
  at: Located<unknown>['at'],
  context: Build,
): Protocol {
  const said = only(own.protocol);
  if (isMark && said !== undefined) {
    context.report(
      caution(placeOf(own.protocol), 'A mark is for every protocol: this is left out'),
    );
  }
  const protocol =
    said ?? (isMark ? 'TCP' : missing(at, 'No protocol: UDP is taken', 'UDP', context));
  return protocol.toLowerCase() as Protocol;
}

function persistenceOf(
  own: Keywords,
  name: Section['argument'],
  at: Located<unknown>['at'],
  { report }: Build,
): VirtualServer['persistence'] {
  const port = name.kind === 'address' ? name.port : undefined;
  let timeoutSeconds = only(own.persistence_timeout);
  if (timeoutSeconds === undefined && port === 0) {
    report(caution(at, 'A service on every port needs persistence: 360 s are taken'));
    timeoutSeconds = defaultPersistenceSeconds;
  }
  const granularity = only(own.persistence_granularity);
  if (timeoutSeconds === undefined && granularity !== undefined)
    timeoutSeconds = defaultPersistenceSeconds;
  if (timeoutSeconds === undefined) return undefined;
  return { timeoutSeconds, ...defined({ granularity, engine: engineOf(own, report) }) };
}

function engineOf(own: Keywords, report: Report): 'sip' | undefined {
  const engine = only(own.persistence_engine);
  if (engine === undefined || engine === 'sip') return engine;
  report(
    failure(placeOf(own.persistence_engine), `evs has no persistence engine ${engine}`, {
      status: 0,
    }),
  );
  return undefined;
}

/** Flags that mean something to one scheduler only are left out for others. */
function schedulerFlagsOf(own: Keywords, scheduler: string, { report }: Build): number {
  const flags = [
    ['flag-1', 0x08, undefined],
    ['flag-2', 0x10, undefined],
    ['flag-3', 0x20, undefined],
    ['sh-fallback', 0x08, 'sh'],
    ['sh-port', 0x10, 'sh'],
    ['mh-fallback', 0x08, 'mh'],
    ['mh-port', 0x10, 'mh'],
    ['hashed', 0, 'sh'],
  ] as const;
  return flags.reduce((bits, [keyword, bit, owner]) => {
    if (!has(own[keyword])) return bits;
    if (owner === undefined || owner === scheduler) return bits | bit;
    report(failure(placeOf(own[keyword]), `${keyword} is for ${owner} only, not for ${scheduler}`));
    return bits;
  }, 0);
}

function onePacketOf(own: Keywords, protocol: Protocol, { report }: Build): boolean {
  if (has(own.ops) && protocol !== 'udp') {
    report(failure(placeOf(own.ops), 'ops is for UDP only'));
  }
  return has(own.ops) && protocol === 'udp';
}

function haSuspendOf(own: Keywords, isMark: boolean, { report }: Build): boolean {
  if (has(own.ha_suspend) && isMark) {
    report(failure(placeOf(own.ha_suspend), 'ha_suspend needs an address, not a mark'));
  }
  return has(own.ha_suspend) && !isMark;
}

/** No more than all real servers together weigh can be asked for, and hysteresis stays below the quorum. */
function quorumOf(
  own: Keywords,
  realServers: readonly ConfiguredRealServer[],
  label: string,
  at: Located<unknown>['at'],
  { report }: Build,
): { readonly quorum: number; readonly hysteresis: number } {
  const total = realServers.reduce((sum, { weight }) => sum + weight, 0);
  const wanted = only(own.quorum) ?? 1;
  const quorum = Math.min(wanted, total);
  if (quorum < wanted) {
    const place = placeOf(own.quorum) ?? at;
    report(
      caution(place, `The real servers of ${label} weigh ${total}: a quorum of ${total} is taken`),
    );
  }
  const said = only(own.hysteresis) ?? 0;
  const hysteresis = said >= quorum ? Math.max(0, quorum - 1) : said;
  if (said > hysteresis) {
    const message = `hysteresis must be less than the quorum: ${hysteresis} is taken`;
    report(caution(placeOf(own.hysteresis), message));
  }
  return { quorum, hysteresis };
}

function sorryServerOf(
  own: Keywords,
  method: VirtualServer['method'],
  { report }: Build,
): VirtualServer['sorryServer'] {
  const server = only(own.sorry_server);
  if (server !== undefined) {
    const inhibit = has(own.sorry_server_inhibit);
    return { ...server, method: only(own.sorry_server_lvs_method) ?? method, inhibit };
  }
  for (const { at } of [...own.sorry_server_inhibit, ...own.sorry_server_lvs_method]) {
    report(failure(at, 'There is no sorry_server'));
  }
  return undefined;
}
