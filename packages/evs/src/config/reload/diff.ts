import type { Configuration, VirtualRouter, VirtualServer } from '../model/configuration.ts';
import { diffCheckers } from './diff-checkers.ts';
import { diffServices } from './diff-services.ts';
import { equal, match } from './match.ts';
import type { ReloadStep, SettingsPart } from './steps.ts';

const settingsParts: readonly SettingsPart[] = [
  'global',
  'networkNamespace',
  'tls',
  'scripts',
  'processes',
  'files',
  'bfdInstances',
  'announcementGroups',
  'heartbeats',
  'trackGroups',
  'staticAddresses',
  'staticRoutes',
  'staticRules',
];

/**
 * What leads from a running configuration to a wanted one, in an order that is safe at each step: addresses leave
 * before the services behind them, and come after; services are there before their real servers, and those before
 * their checkers. What did not change yields nothing, so its connections, health, state and counters stay.
 */
export function diff(now: Configuration, next: Configuration): readonly ReloadStep[] {
  const [running, wanted] = withoutEqualServers(now, next);
  const settings = settingsParts.filter((part) => !equal(running[part], wanted[part]));
  const routers = diffVirtualRouters(running.virtualRouters, wanted.virtualRouters);
  const groups = match(running.syncGroups, wanted.syncGroups, ({ name }) => name);
  const changedGroups = groups.kept.filter(({ before, after }) => !equal(before, after));
  const checkers = diffCheckers(running.virtualServers, wanted.virtualServers);
  const services = diffServices(running.virtualServers, wanted.virtualServers);
  return [
    ...settings.map((part): ReloadStep => ({ kind: 'changeSettings', part })),
    ...groups.removed.map((group): ReloadStep => ({ kind: 'removeSyncGroup', group })),
    ...routers.leaving,
    ...checkers.leaving,
    ...services.leaving,
    ...services.arriving,
    ...changedServers(running.virtualServers, wanted.virtualServers),
    ...checkers.arriving,
    ...routers.arriving,
    ...[...changedGroups.map(({ after }) => after), ...groups.added].map((group): ReloadStep => ({
      kind: 'setSyncGroup',
      group,
    })),
  ];
}

/** Both without the virtual servers that say the same in both: of thousands, a reload changes a few. */
function withoutEqualServers(
  before: Configuration,
  after: Configuration,
): readonly [Configuration, Configuration] {
  const known = new Map(before.virtualServers.map((server) => [server.label, server]));
  const same = new Set(
    after.virtualServers
      .filter((server) => equal(known.get(server.label), server))
      .map(({ label }) => label),
  );
  const changed = (configuration: Configuration): Configuration => ({
    ...configuration,
    virtualServers: configuration.virtualServers.filter(({ label }) => !same.has(label)),
  });
  return [changed(before), changed(after)];
}

/** Routers are the same by number, family, device and source address, whatever their name, as keepalived has it. */
function diffVirtualRouters(running: readonly VirtualRouter[], wanted: readonly VirtualRouter[]) {
  const routers = match(running, wanted, identityOf);
  const changed = routers.kept.filter(({ before, after }) => !equal(before, after));
  return {
    leaving: routers.removed.map((router): ReloadStep => ({ kind: 'removeVirtualRouter', router })),
    arriving: [
      ...changed.map((pair): ReloadStep => ({ kind: 'editVirtualRouter', ...pair })),
      ...routers.added.map((router): ReloadStep => ({ kind: 'addVirtualRouter', router })),
    ],
  };
}

const identityOf = (router: VirtualRouter): string => {
  const source = router.unicast === undefined ? '' : (router.source ?? '');
  return `${router.virtualRouterId} ${router.family} ${router.interface} ${source}`;
};

/** Virtual servers, new ones too, whose quorum, sorry server, scripts or mail are not what they were. */
function changedServers(
  running: readonly VirtualServer[],
  wanted: readonly VirtualServer[],
): readonly ReloadStep[] {
  const servers = match(running, wanted, ({ label }) => label);
  const changed = servers.kept
    .filter(({ before, after }) => !equal(manners(before), manners(after)))
    .map(({ after }) => after);
  return [...changed, ...servers.added].map((server) => ({ kind: 'changeVirtualServer', server }));
}

/** A virtual server without what is in the director's table, and without its checkers. */
function manners(server: VirtualServer): object {
  const { quorum, hysteresis, omega, haSuspend, quorumUp, quorumDown, smtpAlert, sorryServer } =
    server;
  const realServers = server.realServers.map(
    ({ label, inhibitOnFailure, notifyUp, notifyDown, smtpAlert: mail }) => ({
      label,
      inhibitOnFailure,
      notifyUp,
      notifyDown,
      mail,
    }),
  );
  const own = {
    quorum,
    hysteresis,
    omega,
    haSuspend,
    quorumUp,
    quorumDown,
    smtpAlert,
    sorryServer,
  };
  return { ...own, realServers };
}
