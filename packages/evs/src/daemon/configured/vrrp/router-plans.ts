import { hostname } from 'node:os';
import type { BfdPlan } from '../../../bfd/index.ts';
import type {
  BfdInstance,
  Configuration,
  SyncGroup,
  Tracked,
  Tracking,
  UnicastPeer,
  VirtualRouter as ConfiguredRouter,
} from '../../../config/index.ts';
import type {
  EnginePlan,
  Holdings,
  RouterPlan,
  Track,
  VirtualRouter,
} from '../../../vrrp/index.ts';
import { heldAddress } from './held-address.ts';
import { placeAddresses } from './place-addresses.ts';
import { heldRoute } from './held-route.ts';
import { heldRule } from './held-rule.ts';
import { trackerName } from './tracker-name.ts';

/** What the thread of virtual routers is to do for a configuration. */
export function enginePlan(configuration: Configuration): EnginePlan {
  const { virtualRouters, syncGroups, global } = configuration;
  return {
    routers: virtualRouters.map((router) => routerPlan(router, configuration)),
    groups: syncGroups.map(({ name, members }) => ({ name, members })),
    statics: staticsOf(configuration),
    keptStatics: staticsOf(tracked(configuration)),
    heartbeats: configuration.heartbeats.map((path) => ({
      ...path,
      director: global.routerId ?? hostname(),
    })),
    bfd: configuration.bfdInstances.map(bfdPlan),
    mindsStrangers: global.vrrp.logUnknownRouterIds,
    startDelayMs: global.vrrp.startupDelayMs,
  };
}

type Statics = Pick<Configuration, 'staticAddresses' | 'staticRoutes' | 'staticRules'>;

const staticsOf = ({ staticAddresses, staticRoutes, staticRules }: Statics): Holdings => ({
  addresses: staticAddresses.map(heldAddress),
  routes: staticRoutes.map(heldRoute),
  rules: staticRules.flatMap(heldRule),
});

/** What keepalived 2.2.7 puts back when it was deleted: rules only if a group tracks them. */
const tracked = ({ staticAddresses, staticRoutes, staticRules }: Statics): Statics => ({
  staticAddresses: staticAddresses.filter(({ noTrack }) => !noTrack),
  staticRoutes: staticRoutes.filter(({ noTrack }) => !noTrack),
  staticRules: staticRules.filter(({ trackGroup }) => trackGroup !== undefined),
});

/** Without what it means for those who track it. */
function bfdPlan({
  weight: _weight,
  forVirtualRouters: _routers,
  forCheckers: _checkers,
  ...plan
}: BfdInstance): BfdPlan {
  return plan;
}

function routerPlan(config: ConfiguredRouter, configuration: Configuration): RouterPlan {
  const { global } = configuration;
  const { source, unicast, vmac, announcements } = config;
  const { garpIntervalMs, gnaIntervalMs, vmacPrefix, vmacAddressPrefix } = global.vrrp;
  const shared = configuration.announcementGroups.find(({ interfaces }) =>
    interfaces.includes(config.interface),
  );
  const gaps = shared ?? { garpIntervalMs, gnaIntervalMs };
  const hopeless = hopelessness(config);
  const vmacName = vmac && (vmac.name ?? usualVmacName(vmacPrefix, config));
  const placed = placeAddresses(config, vmacAddressPrefix, vmacName);
  return {
    router: {
      ...virtualRouter(config),
      awaitsConnections: global.lvs.syncDaemon?.instance === config.name,
    },
    ...(source !== undefined && { source }),
    unicastTimeToLive: unicast?.ttl ?? 255,
    holdings: {
      addresses: placed.addresses,
      routes: config.routes.map(heldRoute),
      rules: config.rules.flatMap(heldRule),
    },
    announcements: {
      rounds: announcements.repeat,
      delayMs: announcements.delayMs,
      lowerPriorityRounds: announcements.lowerPriorityRepeat,
      lowerPriorityDelayMs: announcements.lowerPriorityDelayMs,
      refreshMs: announcements.refreshMs,
      refreshRounds: announcements.refreshRepeat,
      gapMs: config.family === 'ipv4' ? gaps.garpIntervalMs : gaps.gnaIntervalMs,
    },
    ...(vmac !== undefined &&
      vmacName !== undefined && {
        vmac: { name: vmacName, transmitBase: vmac.transmitBase },
      }),
    addressVmacs: placed.vmacs,
    tracks: [...tracksOf(config, configuration.syncGroups), ...groupTracks(config, configuration)],
    trackInterface: config.trackInterface,
    trackSource: config.trackSource,
    promoteSecondaries: config.promoteSecondaries,
    ...(hopeless !== undefined && { hopeless }),
  };
}

const usualVmacName = (prefix: string, { family, virtualRouterId }: ConfiguredRouter): string =>
  `${prefix}${family === 'ipv6' ? '6' : ''}.${virtualRouterId}`;

/** What keeps a router from taking part, however well all is. */
const hopelessness = ({ unicast }: ConfiguredRouter): string | undefined =>
  unicast?.faultWithoutPeer === true && unicast.peers.length === 0 ? 'no unicast peer' : undefined;

/** One bound alone leaves the other open. */
const unicastPeer = ({ address, minTtl, maxTtl }: UnicastPeer) =>
  minTtl === undefined && maxTtl === undefined
    ? { address }
    : { address, timeToLive: { least: minTtl ?? 0, most: maxTtl ?? 255 } };

function virtualRouter(config: ConfiguredRouter): Omit<VirtualRouter, 'awaitsConnections'> {
  const { authentication, unicast } = config;
  const checksum = unicast?.oldChecksum === 'always' ? 'group' : 'destination';
  return {
    name: config.name,
    interface: config.interface,
    virtualRouterId: config.virtualRouterId,
    family: config.family,
    version: config.version,
    priority: config.priority,
    advertiseIntervalMs: config.advertIntervalMs,
    addresses: config.addresses.map(({ prefix }) => prefix.address),
    preempt: config.preempt,
    preemptDelayMs: config.preemptDelayMs,
    downTimerAdverts: config.downTimerAdverts,
    ...(authentication !== undefined && {
      password: authentication.password,
      sealed: authentication.type === 'AH',
    }),
    group: config.group,
    unicastPeers: (unicast?.peers ?? []).map(unicastPeer),
    checksum: config.checksumAsV2 ? 'none' : checksum,
    checkUnicastSource: unicast?.checkSource ?? false,
    skipAddressCheck: config.skipCheckAdvertAddresses,
    lowerPriorityNoAdvert: config.lowerPriorityNoAdvert,
    higherPrioritySendAdvert: config.higherPrioritySendAdvert,
    ownerIgnoresAdverts: config.ownerIgnoresAdverts,
  };
}

/**
 * What a router and its sync group watch. In a group trackers with a weight count only if it says so:
 * keepalived.conf(5), sync_group_tracking_weight.
 */
function tracksOf(router: ConfiguredRouter, groups: readonly SyncGroup[]): readonly Track[] {
  const group = groups.find(({ members }) => members.includes(router.name));
  const all = [
    ...tracksIn(router.tracking),
    ...(group === undefined ? [] : tracksIn(group.tracking)),
  ];
  const counts = group === undefined || group.weightsCount;
  return all.filter(({ weight }) => counts || weight === 0);
}

/** A router of a track_group has a fault while a device of the group's static addresses, routes and rules is down. */
const groupTracks = (
  { name }: ConfiguredRouter,
  { trackGroups }: Configuration,
): readonly Track[] =>
  trackGroups
    .filter(({ routers }) => routers.includes(name))
    .flatMap(({ devices }) => devices)
    .map((device) => ({ tracker: trackerName('interface', device), weight: 0, reverse: false }));

const tracksIn = (tracking: Tracking): readonly Track[] => [
  ...tracking.interfaces.map((one) => trackOf('interface', one)),
  ...tracking.scripts.map((one) => trackOf('script', one)),
  ...tracking.files.map((one) => trackOf('file', one)),
  ...tracking.processes.map((one) => trackOf('process', one)),
  ...tracking.bfdInstances.map((one) => trackOf('bfd', one)),
];

const trackOf = (kind: Parameters<typeof trackerName>[0], { name, weight }: Tracked): Track => ({
  tracker: trackerName(kind, name),
  ...weight,
});
