import {
  keyText,
  type RealServer,
  type ServiceRequest,
  type VirtualService,
} from '../../director/index.ts';
import { directorServices } from '../model/director-services.ts';
import type { VirtualServer } from '../model/configuration.ts';
import { equal, match } from './match.ts';
import type { DirectorStep } from './steps.ts';

/** Steps on the director's table, in three groups: what goes, what comes, what changes inside services. */
export interface ServiceSteps {
  readonly leaving: readonly DirectorStep[];
  readonly arriving: readonly DirectorStep[];
}

/**
 * Services are the same by address, port and protocol or by mark, real servers by address and port within one. An
 * edited service keeps its connections, an edited real server too.
 */
export function diffServices(
  running: readonly VirtualServer[],
  wanted: readonly VirtualServer[],
): ServiceSteps {
  const services = match(tableOf(running), tableOf(wanted), ({ key }) => keyText(key));
  const inside = services.kept.map(({ before, after }) => diffRealServers(before, after));
  const gone = services.removed.map(({ key }): DirectorStep => ({
    kind: 'deleteService',
    key,
  }));
  return {
    leaving: [...inside.flatMap(({ leaving }) => leaving), ...gone],
    arriving: [
      ...services.added.flatMap(addService),
      ...services.kept
        .filter(({ before, after }) => !sameSettings(before, after))
        .map(({ after }) => editService(after)),
      ...inside.flatMap(({ arriving }) => arriving),
    ],
  };
}

/**
 * The director's table of a configuration. keepalived does not notice two virtual servers of one address: the second
 * one's real servers join the first one's service.
 */
function tableOf(servers: readonly VirtualServer[]): readonly VirtualService[] {
  const table = new Map<string, VirtualService>();
  for (const service of servers.flatMap(directorServices)) {
    const name = keyText(service.key);
    const twin = table.get(name);
    const joined =
      twin === undefined
        ? service
        : { ...twin, realServers: [...service.realServers, ...twin.realServers] };
    table.set(name, joined);
  }
  return [...table.values()];
}

/** Real servers from the oldest to the newest, the order in which they are added. */
const inOrder = ({ realServers }: VirtualService): readonly RealServer[] =>
  realServers.toReversed();

const sameSettings = (before: VirtualService, after: VirtualService): boolean =>
  equal({ ...before, realServers: [] }, { ...after, realServers: [] });

const editService = (service: VirtualService): DirectorStep => ({
  kind: 'editService',
  service: requestOf(service),
});

/** A service as a director is asked for it. */
function requestOf(service: VirtualService): ServiceRequest {
  const { key, scheduler, schedulerFlags, onePacket, persistence } = service;
  const request = { key, scheduler, schedulerFlags, onePacket };
  if (persistence === undefined) return request;
  const { engine, ...rest } = persistence;
  return {
    ...request,
    persistence: rest,
    ...(engine === undefined ? {} : { persistenceEngine: engine }),
  };
}

const serverName = ({ address, port }: RealServer): string => `${address} ${port}`;

const addService = (service: VirtualService): readonly DirectorStep[] => [
  { kind: 'addService', service: requestOf(service) },
  ...match([], inOrder(service), serverName).added.map((realServer): DirectorStep => ({
    kind: 'addRealServer',
    key: service.key,
    realServer,
  })),
];

function diffRealServers(before: VirtualService, after: VirtualService): ServiceSteps {
  const { key } = after;
  const servers = match(inOrder(before), inOrder(after), serverName);
  const changed = servers.kept.filter((pair) => !equal(pair.before, pair.after));
  return {
    leaving: servers.removed.map((realServer) => ({ kind: 'deleteRealServer', key, realServer })),
    arriving: [
      ...servers.added.map((realServer): DirectorStep => ({
        kind: 'addRealServer',
        key,
        realServer,
      })),
      ...changed.map(({ after: realServer }): DirectorStep => ({
        kind: 'editRealServer',
        key,
        realServer,
      })),
    ],
  };
}
