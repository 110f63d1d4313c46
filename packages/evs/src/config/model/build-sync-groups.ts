import { caution, failure } from '../text/diagnostic.ts';
import { has, only } from '../language/read-section.ts';
import type { Located, SectionOf } from '../language/spec.ts';
import type { garpGroup, vrrpSyncGroup } from '../language/keywords/vrrp-groups.ts';
import { firstOfEachName } from './build.ts';
import { vrrpMail } from './build-global.ts';
import { buildNotifications } from './build-notifications.ts';
import { buildTracking } from './build-tracking.ts';
import type { RouterContext } from './build-virtual-router.ts';
import type { AnnouncementGroup, SyncGroup, VirtualRouter } from './configuration.ts';

type Uses<S> = readonly Located<SectionOf<S>>[];

/** Groups of virtual routers that change together. A router is in one group at most. */
export function buildSyncGroups(
  uses: Uses<typeof vrrpSyncGroup>,
  routers: readonly VirtualRouter[],
  context: RouterContext,
): readonly SyncGroup[] {
  const taken = new Set<string>();
  const named = firstOfEachName(uses, ({ argument }) => argument, 'vrrp_sync_group', context);
  return named.flatMap(({ value, at }) => {
    const { argument: name, keywords: own } = value;
    const members = membersOf(own.group, routers, taken, context);
    if (members.length === 0) {
      context.report(failure(at, `vrrp_sync_group ${name} has no virtual router, and is left out`));
      return [];
    }
    if (members.length === 1) {
      context.report(caution(at, `vrrp_sync_group ${name} has only one virtual router`));
    }
    return [
      {
        name,
        members,
        weightsCount: has(own.sync_group_tracking_weight),
        tracking: buildTracking(own, context.trackables, context),
        notifications: buildNotifications(own, context.security, {
          priorityChanges: only(context.global.vrrp_notify_priority_changes) ?? false,
          smtpAlert: vrrpMail(context.global),
        }),
      },
    ];
  });
}

function membersOf(
  lists: SectionOf<typeof vrrpSyncGroup>['keywords']['group'],
  routers: readonly VirtualRouter[],
  taken: Set<string>,
  { report }: RouterContext,
): readonly string[] {
  const [, second] = lists;
  if (second !== undefined) {
    report(failure(second.at, 'This is set above already, and the first counts'));
  }
  const entries = lists[0]?.value.entries ?? [];
  return entries.flatMap(({ value: names, at }) =>
    names.filter((name) => {
      const known = routers.some((router) => router.name === name);
      const free = !taken.has(name);
      if (!known) report(failure(at, `There is no vrrp_instance ${name}`));
      else if (!free) report(failure(at, `${name} is in a vrrp_sync_group already`));
      if (known) taken.add(name);
      return known && free;
    }),
  );
}

/** Groups of devices with one bound on announcements; one without a bound is none. */
export function buildAnnouncementGroups(
  uses: Uses<typeof garpGroup>,
  { report, machine }: RouterContext,
): readonly AnnouncementGroup[] {
  return uses.flatMap(({ value: { keywords: own }, at }) => {
    const [garpIntervalMs, gnaIntervalMs] = [
      only(own.garp_interval) ?? 0,
      only(own.gna_interval) ?? 0,
    ];
    const interfaces = [
      ...own.interface.map(({ value, at: place }) => ({ name: value, place })),
      ...own.interfaces.flatMap(({ value }) =>
        value.entries.flatMap((entry) => entry.value.map((name) => ({ name, place: entry.at }))),
      ),
    ];
    for (const { name, place } of interfaces) {
      if (!machine.hasDevice(name)) report(failure(place, `This machine has no device ${name}`));
    }
    if (own.garp_interval.length + own.gna_interval.length === 0) {
      report(
        failure(at, 'This garp_group has neither garp_interval nor gna_interval, and is left out'),
      );
      return [];
    }
    return [{ interfaces: interfaces.map(({ name }) => name), garpIntervalMs, gnaIntervalMs }];
  });
}
