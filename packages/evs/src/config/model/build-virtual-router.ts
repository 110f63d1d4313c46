import { familyOf } from '../../packet/index.ts';
import { caution, failure } from '../text/diagnostic.ts';
import { has, only, placeOf } from '../language/read-section.ts';
import type { Located, SectionOf } from '../language/spec.ts';
import type { vrrpInstance } from '../language/keywords/vrrp-instance.ts';
import { defined, entriesOf, type Build } from './build.ts';
import { refuseTrackGroups } from './build-statics.ts';
import { buildAnnouncements } from './build-announcements.ts';
import { authenticationOf } from './build-authentication.ts';
import { ownerPriority, preemptionOf } from './build-preemption.ts';
import { inherited, inheritedOr } from './build-timing.ts';
import { unicastOf } from './build-unicast.ts';
import { vrrpMail, type GlobalKeywords } from './build-global.ts';
import { buildNotifications } from './build-notifications.ts';
import type { ScriptSecurity } from './build-scripts.ts';
import { buildTracking, type Trackables } from './build-tracking.ts';
import type { VirtualRouter } from './configuration.ts';

export type RouterSection = SectionOf<typeof vrrpInstance>;
export type RouterKeywords = RouterSection['keywords'];

export interface RouterContext extends Build {
  readonly global: GlobalKeywords;
  readonly security: ScriptSecurity;
  readonly trackables: Trackables;
}

const usualPriority = 100;
const secondMs = 1_000;
/** Twelve bits of centiseconds, RFC 9568 section 5.2.7. */
const longestV3Ms = 40_950;

/** One virtual router with all defaults; undefined if it cannot be one. */
export function buildVirtualRouter(
  { value, at }: Located<RouterSection>,
  context: RouterContext,
): VirtualRouter | undefined {
  const { argument: name, keywords: own } = value;
  const { global, report } = context;
  const virtualRouterId = only(own.virtual_router_id);
  if (virtualRouterId === undefined) {
    report(failure(at, `vrrp_instance ${name} has no virtual_router_id, and is left out`));
    return undefined;
  }
  const device = deviceOf(own, at, name, context);
  if (device === undefined) return undefined;
  const basics = basicsOf(own, context);
  return {
    name,
    interface: device,
    virtualRouterId,
    ...basics,
    ...preemptionOf(own, basics, context),
    ...defined({ authentication: authenticationOf(own, basics, context) }),
    ...movesOf(own, at, basics, context),
    ...transportOf(own, basics, context),
    ...vmacOf(own, context),
    accept: acceptOf(own, basics, context),
    trackInterface: !has(own.dont_track_primary),
    promoteSecondaries: has(own.promote_secondaries),
    announcements: buildAnnouncements(own, global),
    tracking: buildTracking(own, context.trackables, context),
    notifications: buildNotifications(own, context.security, {
      priorityChanges: only(global.vrrp_notify_priority_changes) ?? false,
      smtpAlert: vrrpMail(global),
    }),
  };
}

type Basics = Pick<
  VirtualRouter,
  | 'version'
  | 'family'
  | 'initialState'
  | 'priority'
  | 'strict'
  | 'advertIntervalMs'
  | 'downTimerAdverts'
>;

function basicsOf(own: RouterKeywords, context: RouterContext): Basics {
  const { global } = context;
  const family = familyOfRouter(own, context);
  // IPv6 has version 3 only.
  const said = inherited([own.version, global.vrrp_version]);
  const version = said === 3 || family === 'ipv6' ? 3 : 2;
  const strict = inherited([own.strict_mode, global.vrrp_strict]) ?? false;
  const initialState = stateOf(own, strict, context);
  const unset = initialState === 'MASTER' ? ownerPriority : usualPriority;
  return {
    version,
    family,
    initialState,
    priority: only(own.priority) ?? unset,
    strict,
    advertIntervalMs: advertIntervalOf(own, version === 3, context),
    downTimerAdverts: inherited([own.down_timer_adverts, global.vrrp_down_timer_adverts]) ?? 3,
  };
}

/** In strict mode version 2 leaves no choice: RFC 3768 section 6.4.3. */
function acceptOf(
  own: RouterKeywords,
  { strict, version }: Basics,
  { report }: Build,
): VirtualRouter['accept'] {
  if (has(own.accept) && strict && version === 2) {
    report(failure(placeOf(own.accept), 'accept cannot be with strict mode and version 2'));
    return false;
  }
  return has(own.accept) || !(has(own.no_accept) || strict);
}

/** MASTER stays, even if BACKUP follows. In strict mode it is for the owner of the addresses. */
function stateOf(
  own: RouterKeywords,
  strict: boolean,
  { report }: Build,
): VirtualRouter['initialState'] {
  const master = own.state.findIndex(({ value }) => value === 'MASTER');
  if (master < 0) return 'BACKUP';
  if (strict && (only(own.priority) ?? ownerPriority) !== ownerPriority) {
    const message = 'In strict mode the state MASTER is for priority 255';
    report(failure(own.state[master]?.at, message));
    return 'BACKUP';
  }
  const after = own.state.slice(master).find(({ value }) => value === 'BACKUP');
  if (after !== undefined) report(failure(after.at, 'The state is MASTER already'));
  return 'MASTER';
}

/** What an active router holds. */
function movesOf(
  own: RouterKeywords,
  at: Located<unknown>['at'],
  basics: Basics,
  build: Build,
): Pick<VirtualRouter, 'addresses' | 'excludedAddresses' | 'routes' | 'rules'> {
  const { virtual_ipaddress, virtual_ipaddress_excluded, virtual_routes, virtual_rules } = own;
  refuseTrackGroups(
    [virtual_ipaddress, virtual_ipaddress_excluded, virtual_routes, virtual_rules],
    build,
  );
  return {
    addresses: addressesOf(own, at, basics, build),
    excludedAddresses: entriesOf(virtual_ipaddress_excluded),
    routes: entriesOf(virtual_routes),
    rules: entriesOf(virtual_rules),
  };
}

type Transport = Pick<
  VirtualRouter,
  | 'source'
  | 'unicast'
  | 'trackSource'
  | 'group'
  | 'skipCheckAdvertAddresses'
  | 'lowerPriorityNoAdvert'
  | 'higherPrioritySendAdvert'
  | 'checksumAsV2'
  | 'ownerIgnoresAdverts'
>;

function transportOf(
  own: RouterKeywords,
  { family, strict }: Basics,
  context: RouterContext,
): Transport {
  const { global } = context;
  const [groups, usualGroup] =
    family === 'ipv4'
      ? ([global.vrrp_mcast_group4, '224.0.0.18'] as const)
      : ([global.vrrp_mcast_group6, 'ff02::12'] as const);
  return {
    ...defined({
      source: inherited([own.unicast_src_ip, own.mcast_src_ip]),
      unicast: unicastOf(own, context),
    }),
    trackSource: has(own.track_src_ip),
    group: inherited([own.mcast_dst_ip, groups]) ?? usualGroup,
    skipCheckAdvertAddresses: inheritedOr(
      [own.skip_check_adv_addr, global.vrrp_skip_check_adv_addr],
      false,
    ),
    checksumAsV2: has(own.v3_checksum_as_v2),
    ownerIgnoresAdverts: inheritedOr(
      [own.owner_ignore_adverts, global.vrrp_owner_ignore_adverts],
      false,
    ),
    lowerPriorityNoAdvert: inheritedOr(
      [own.lower_prio_no_advert, global.vrrp_lower_prio_no_advert],
      false,
    ),
    higherPrioritySendAdvert: farewellOf(own, strict, context),
  };
}

/** On unless the file says otherwise, for the sake of neighbours after a split brain; the RFC knows no such advert. */
function farewellOf(own: RouterKeywords, strict: boolean, context: RouterContext): boolean {
  const places = [own.higher_prio_send_advert, context.global.vrrp_higher_prio_send_advert];
  if (!strict) return inheritedOr(places, true);
  if (inheritedOr(places, false)) {
    const message = 'higher_prio_send_advert cannot be with strict mode';
    context.report(failure(placeOf(own.higher_prio_send_advert), message));
  }
  return false;
}

function deviceOf(
  own: RouterKeywords,
  at: Located<unknown>['at'],
  name: string,
  { global, machine, report }: RouterContext,
): string | undefined {
  const device = inherited([own.interface, global.default_interface]);
  const place = placeOf(own.interface) ?? at;
  if (device === undefined) {
    report(failure(at, `vrrp_instance ${name} has no interface, and is left out`));
    return undefined;
  }
  if (device === 'lo') {
    report(failure(place, `vrrp_instance ${name} cannot use the loopback device`));
    return undefined;
  }
  if (!machine.hasDevice(device) && !has(global.dynamic_interfaces)) {
    const hint = 'dynamic_interfaces in global_defs allows devices that come later';
    report(failure(place, `This machine has no device ${device}`, { hint }));
  }
  return device;
}

function familyOfRouter(own: RouterKeywords, { report }: Build): 'ipv4' | 'ipv6' {
  const [first] = entriesOf(own.virtual_ipaddress).map(({ prefix }) => prefix.address);
  const peer = entriesOf(own.unicast_peer)[0]?.address;
  const deciding = first ?? inherited([own.unicast_src_ip, own.mcast_src_ip]) ?? peer;
  const ipv6 = has(own.native_ipv6);
  if (deciding === undefined) return ipv6 ? 'ipv6' : 'ipv4';
  const family = familyOf(deciding);
  if (ipv6 && family === 'ipv4') {
    report(failure(placeOf(own.native_ipv6), 'native_ipv6 cannot be with IPv4 addresses'));
  }
  return family;
}

function advertIntervalOf(own: RouterKeywords, isV3: boolean, { report }: Build): number {
  const wanted = only(own.advert_int) ?? secondMs;
  const step = isV3 ? 10 : secondMs;
  const rounded = Math.max(step, Math.round(wanted / step) * step);
  const taken = isV3 ? Math.min(rounded, longestV3Ms) : rounded;
  if (taken !== wanted) {
    const unit = isV3 ? 'goes by hundredths of a second, to 40.95 s' : 'goes by whole seconds';
    const message = `VRRP version ${isV3 ? 3 : 2} ${unit}: ${taken / secondMs} s is taken`;
    report(caution(placeOf(own.advert_int), message));
  }
  return taken;
}

/** All addresses of an advert are of one family; the others may move, but are not announced. */
function addressesOf(
  own: RouterKeywords,
  at: Located<unknown>['at'],
  { family, version }: Basics,
  { report }: Build,
): VirtualRouter['addresses'] {
  const entries = own.virtual_ipaddress.flatMap((list) => list.value.entries);
  if (entries.length === 0 && version === 3 && !has(own.no_virtual_ipaddress))
    report(failure(at, 'VRRP version 3 needs a virtual_ipaddress'));
  return entries
    .filter(({ value, at: place }) => {
      const fits = familyOf(value.prefix.address) === family;
      const hint = 'virtual_ipaddress_excluded takes it';
      if (!fits) report(failure(place, 'An advert has addresses of one family only', { hint }));
      return fits;
    })
    .map(({ value }) => value);
}

function vmacOf(
  own: RouterKeywords,
  { report }: Build,
): Pick<VirtualRouter, 'vmac' | 'vmacForAddresses'> {
  const vmac = only(own.use_vmac);
  const transmitBase = has(own.vmac_xmit_base);
  if (vmac === undefined && transmitBase) {
    report(failure(placeOf(own.vmac_xmit_base), 'vmac_xmit_base is for use_vmac only'));
  }
  return {
    ...defined({ vmac: vmac && { ...defined({ name: vmac.name }), transmitBase } }),
    vmacForAddresses: has(own.use_vmac_addr),
  };
}
