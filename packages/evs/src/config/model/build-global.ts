import { caution } from '../text/diagnostic.ts';
import { has, only, placeOf } from '../language/read-section.ts';
import type { Located, SectionOf } from '../language/spec.ts';
import type { globalDefs } from '../language/keywords/global-defs.ts';
import { defined, type Build } from './build.ts';
import { scriptUserOf, type ScriptSecurity } from './build-scripts.ts';
import type { Fifo, GlobalDefinitions, MailSettings } from './configuration.ts';

export type GlobalKeywords = SectionOf<typeof globalDefs>['keywords'];

const usualMailTimeoutMs = 30_000;

/** global_defs with all defaults, apart from what virtual routers take from it. */
export function buildGlobal(
  own: GlobalKeywords,
  security: ScriptSecurity,
  build: Build,
): GlobalDefinitions {
  security.notice(own.startup_script);
  security.notice(own.shutdown_script);
  return {
    ...defined({ routerId: only(own.router_id), scriptUser: scriptUserOf(own.script_user, build) }),
    mail: mailOf(own, build),
    scriptSecurity: only(own.enable_script_security) ?? false,
    fifos: defined({
      all: fifoOf(own.notify_fifo, own.notify_fifo_script, security),
      vrrp: fifoOf(own.vrrp_notify_fifo, own.vrrp_notify_fifo_script, security),
      lvs: fifoOf(own.lvs_notify_fifo, own.lvs_notify_fifo_script, security),
    }),
    fifoStatesOnReload: has(own.fifo_write_vrrp_states_on_reload),
    realServerInitNotifies: only(own.rs_init_notifies) ?? false,
    vrrp: vrrpDefaultsOf(own),
    lvs: {
      ...defined({ syncDaemon: only(own.lvs_sync_daemon) }),
      timeoutsSeconds: only(own.lvs_timeouts) ?? {},
      flush: has(own.lvs_flush),
      flushOnStop: flushOnStopOf(own),
    },
  };
}

const flushOnStopOf = (own: GlobalKeywords): 'no' | 'all' | 'services' => {
  const said = only(own.lvs_flush_on_stop);
  if (said === undefined) return 'no';
  return said === 'VS' ? 'services' : 'all';
};

function mailOf(own: GlobalKeywords, { report }: Build): MailSettings {
  const lists = own.notification_email;
  const recipients = lists.flatMap(({ value }) => value.entries.flatMap((entry) => entry.value));
  if (lists.length > 0 && recipients.length === 0) {
    report(caution(placeOf(lists), 'notification_email names nobody'));
  }
  return {
    recipients,
    ...defined({
      from: only(own.notification_email_from),
      server: only(own.smtp_server),
      heloName: only(own.smtp_helo_name),
    }),
    connectTimeoutMs: only(own.smtp_connect_timeout) ?? usualMailTimeoutMs,
    noFaults: has(own.no_email_faults),
    noCheckers: only(own.no_checker_emails) ?? false,
  };
}

function fifoOf(
  fifos: GlobalKeywords['notify_fifo'],
  scripts: GlobalKeywords['notify_fifo_script'],
  security: ScriptSecurity,
): Fifo | undefined {
  const script = security.notice(scripts);
  const fifo = only(fifos);
  return fifo && { path: fifo.path, ...defined({ owner: fifo.user, script }) };
}

function vrrpDefaultsOf(own: GlobalKeywords): GlobalDefinitions['vrrp'] {
  const [dynamic] = own.dynamic_interfaces;
  const vmacPrefix = only(own.vmac_prefix) ?? 'vrrp';
  return {
    group4: only(own.vrrp_mcast_group4) ?? '224.0.0.18',
    group6: only(own.vrrp_mcast_group6) ?? 'ff02::12',
    startupDelayMs: only(own.vrrp_startup_delay) ?? 0,
    dynamicInterfaces: dynamicOf(dynamic),
    logUnknownRouterIds: has(own.log_unknown_vrids),
    vmacPrefix,
    vmacAddressPrefix: only(own.vmac_addr_prefix) ?? vmacPrefix,
    garpIntervalMs: only(own.vrrp_garp_interval) ?? 0,
    gnaIntervalMs: only(own.vrrp_gna_interval) ?? 0,
    thread: defined({
      nice: only(own.vrrp_priority),
      realTimePriority: only(own.vrrp_rt_priority),
      processors: only(own.vrrp_cpu_affinity),
      locked: has(own.vrrp_no_swap) || undefined,
    }),
  };
}

function dynamicOf(
  said: Located<'allow_if_changes' | undefined> | undefined,
): 'no' | 'yes' | 'changing' {
  if (said === undefined) return 'no';
  return said.value === undefined ? 'yes' : 'changing';
}

/** Mail about real and virtual servers unless they say otherwise; undefined if nothing global was said. */
export const checkerMail = (own: GlobalKeywords): boolean | undefined =>
  only(own.smtp_alert_checker) ?? only(own.smtp_alert);

/** The same about virtual routers. */
export const vrrpMail = (own: GlobalKeywords): boolean =>
  only(own.smtp_alert_vrrp) ?? only(own.smtp_alert) ?? false;
