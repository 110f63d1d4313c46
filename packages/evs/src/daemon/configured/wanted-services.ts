import {
  directorRealServer,
  directorServices,
  type ConfiguredRealServer,
  type VirtualServer,
} from '../../config/index.ts';
import {
  requestFor,
  type RealServer,
  type ServiceKey,
  type WantedService,
} from '../../director/index.ts';

/** What health checks say of one real server. */
export interface Health {
  readonly up: boolean;
  /** Its effective weight: a checker may change it. */
  readonly weight: number;
}

/** What the virtual services of one virtual server should be now: one for each address and mark. */
export const wantedServices = (
  server: VirtualServer,
  healthOf: (realServer: ConfiguredRealServer) => Health,
  hasQuorum: boolean,
): WantedService[] =>
  directorServices(server).map((service) => ({
    service: requestFor(service),
    realServers: wantedRealServers(server, service.key, healthOf, hasQuorum),
  }));

/** Without a quorum, the sorry server takes the place of all others, if there is one. */
function wantedRealServers(
  server: VirtualServer,
  key: ServiceKey,
  healthOf: (realServer: ConfiguredRealServer) => Health,
  hasQuorum: boolean,
): RealServer[] {
  const { sorryServer, realServers } = server;
  const isSorry = sorryServer !== undefined && !hasQuorum;
  const others = realServers.flatMap((one) => {
    const { up, weight } = healthOf(one);
    if (up && !isSorry) return [directorRealServer({ ...one, weight }, key)];
    return one.inhibitOnFailure ? [directorRealServer({ ...one, weight: 0 }, key)] : [];
  });
  if (sorryServer === undefined || (!isSorry && !sorryServer.inhibit)) return others;
  return [
    ...others,
    directorRealServer({ ...sorryDefaults, ...sorryServer, weight: isSorry ? 1 : 0 }, key),
  ];
}

/** What a sorry server, which is never checked, has in common with the others. */
const sorryDefaults = {
  label: 'sorry server',
  upperThreshold: 0,
  lowerThreshold: 0,
  inhibitOnFailure: false,
  smtpAlert: false,
  checkers: [],
} as const;
