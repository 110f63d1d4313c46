import { common, core, group, ignored, list, rare, type Leaf } from '../spec.ts';
import { flag, many, optional, sequence, unreported, wordValue } from '../value.ts';
import { group4, group6 } from '../values/addresses.ts';
import { command, scriptUser } from '../values/commands.ts';
import { atLeast, integer, repeats, seconds, unsigned, wholeSeconds } from '../values/numbers.ts';
import { lvsTimeouts, optionalName, syncDaemon } from '../values/virtual.ts';
import { boolean, choice, device, modeMask, name, path, shortWord, word } from '../values/words.ts';
import { extraTime } from './vrrp-instance.ts';

const day = 86_400;
const anything = many(word('WORD'));
const maybeAnything = optional(anything, []);
const bufferSize = wordValue('MTU|ADVERT|BYTES', (text) =>
  /^(MTU|ADVERT|\d{1,9})$/.test(text)
    ? { value: text }
    : { problem: `'${text}' is none of MTU, ADVERT or a number of bytes` },
);
const fifo = sequence({ path, user: optional(scriptUser, undefined) });

const mail = {
  notification_email: list(
    'core',
    flag,
    many(word('ADDRESS')),
    'who gets mail; without it none is sent',
  ),
  notification_email_from: core(word('ADDRESS'), 'sender', { initial: 'USER@HOST' }),
  smtp_server: core(
    sequence({ host: word('HOST'), port: optional(integer(1, 65_535, 'PORT'), 25) }),
    'mail server',
  ),
  smtp_helo_name: rare(word('NAME'), 'name in HELO', { initial: 'the host name' }),
  smtp_connect_timeout: core(
    atLeast(1_000, 1_000, wholeSeconds(0, 4_294), 'second'),
    'bound on connecting and on each read',
    {
      initial: '30',
    },
  ),
  smtp_alert: common(boolean, 'mail by default'),
  smtp_alert_vrrp: rare(boolean, 'mail by default about virtual routers'),
  smtp_alert_checker: rare(boolean, 'mail by default about real servers'),
  no_email_faults: rare(flag, 'no mail about faults'),
  no_checker_emails: rare(boolean, 'mail about real servers only, not about each checker'),
  router_id: core(word('NAME'), 'name of this machine in mails', { initial: 'the host name' }),
  checker_log_all_failures: rare(boolean, 'every failed attempt is logged', { initial: 'off' }),
};

const vrrpProcess = {
  vrrp_process_name: ignored(shortWord('NAME', 15), 'title of the process'),
  vrrp_priority: rare(integer(-20, 19), 'nice value of the thread of virtual routers', {
    initial: '0',
  }),
  vrrp_rt_priority: rare(integer(1, 99), 'its real-time priority', {
    initial: '1, unless vrrp_priority is set',
  }),
  vrrp_rlimit_rttime: ignored(integer(1, 0xffff_ffff), 'bound on its real-time use, microseconds'),
  vrrp_rlimit_rtime: ignored(unsigned, 'as vrrp_rlimit_rttime', {
    deprecated: 'vrrp_rlimit_rttime',
  }),
  vrrp_no_swap: rare(flag, 'the process is not swapped out'),
  vrrp_cpu_affinity: rare(many(integer(0, 1_023, 'CPU')), 'processors of that thread'),
};

const perProcess = Object.fromEntries(
  ['checker', 'bfd'].flatMap((process) => [
    [`${process}_process_name`, ignored(shortWord('NAME', 15), 'title of the process')],
    [`${process}_priority`, ignored(integer(-20, 19), 'nice value of the process')],
    [`${process}_rt_priority`, ignored(integer(1, 99), 'real-time priority of the process')],
    [
      `${process}_rlimit_rttime`,
      ignored(integer(1, 0xffff_ffff), 'bound on its real-time use, microseconds'),
    ],
    [
      `${process}_rlimit_rtime`,
      ignored(unsigned, 'as _rlimit_rttime', { deprecated: '_rlimit_rttime' }),
    ],
    [`${process}_no_swap`, ignored(flag, 'the process is not swapped out')],
    [
      `${process}_cpu_affinity`,
      ignored(many(integer(0, 8_191, 'CPU')), 'processors of the process'),
    ],
  ]),
) as Record<
  `${'checker' | 'bfd'}_${'process_name' | 'priority' | 'rt_priority' | 'rlimit_rttime' | 'rlimit_rtime' | 'no_swap' | 'cpu_affinity'}`,
  Leaf<unknown>
>;

const buffers = Object.fromEntries(
  [
    'vrrp_netlink_cmd',
    'vrrp_netlink_monitor',
    'lvs_netlink_cmd',
    'lvs_netlink_monitor',
    'process_monitor',
  ].flatMap((buffer) => [
    [`${buffer}_rcv_bufs`, ignored(unsigned, 'receive buffer in bytes')],
    [`${buffer}_rcv_bufs_force`, ignored(boolean, 'beyond the bound of the system')],
  ]),
) as Record<
  `${'vrrp_netlink_cmd' | 'vrrp_netlink_monitor' | 'lvs_netlink_cmd' | 'lvs_netlink_monitor' | 'process_monitor'}_rcv_bufs${'' | '_force'}`,
  Leaf<unknown>
>;

const processes = {
  process_names: ignored(flag, 'titles of the processes'),
  process_name: ignored(shortWord('NAME', 15), 'title of the parent'),
  lvs_process_name: ignored(shortWord('NAME', 15), 'as checker_process_name', {
    deprecated: 'checker_process_name',
  }),
  ...vrrpProcess,
  ...perProcess,
  ...buffers,
  max_auto_priority: ignored(
    optional(integer(-1, 99), -1),
    'raises the priority when timers are late',
    {
      initial: 'off',
    },
  ),
  min_auto_priority_delay: ignored(integer(1, 10_000_000), 'lateness that does so, microseconds'),
  umask: ignored(modeMask, 'mask of the modes of files'),
  random_seed: ignored(unsigned, 'seed of random numbers'),
};

const files = {
  script_user: common(scriptUser, 'whom scripts run as', {
    initial: 'keepalived_script, else root',
  }),
  enable_script_security: common(unreported(boolean), 'no script as root that others may change', {
    initial: 'off',
  }),
  startup_script: ignored(command({ user: true }), 'runs before all else'),
  shutdown_script: ignored(command({ user: true }), 'runs after all else'),
  startup_script_timeout: ignored(integer(1, 1_000, 'SECONDS'), 'how long it may run', {
    initial: '10',
  }),
  shutdown_script_timeout: ignored(integer(1, 1_000, 'SECONDS'), 'how long it may run', {
    initial: '10',
  }),
  tmp_config_directory: ignored(path, 'where the text is kept while it is read'),
  config_save_dir: ignored(path, 'where copies of applied configurations go'),
  reload_check_config: common(optional(path, ''), 'a reload is tested first', {
    initial: 'off; evs always tests first',
  }),
  reload_time_file: ignored(path, 'holds the time of the next reload'),
  reload_repeat: ignored(flag, 'the file may be written again'),
  reload_file: ignored(optional(path, ''), 'its presence allows a reload'),
  data_use_instance: ignored(boolean, 'names of dumps hold the name of the instance'),
  use_symlink_paths: ignored(flag, 'scripts by the name of the link', { since: '2.3' }),
  state_dump_file: ignored(path, 'where the state is dumped', { since: '2.3' }),
  stats_dump_file: ignored(path, 'where statistics are dumped', { since: '2.3' }),
  json_dump_file: ignored(path, 'where JSON is dumped', { since: '2.3' }),
  json_version: ignored(integer(1, 2), 'form of the JSON', { since: '2.3' }),
  iproute_usr_dir: ignored(path, 'names of tables and protocols', { since: '2.3' }),
  iproute_etc_dir: ignored(path, 'names of tables and protocols', { since: '2.3' }),
};

const fifos = {
  notify_fifo: common(fifo, 'a pipe that gets every event'),
  vrrp_notify_fifo: common(fifo, 'a pipe that gets the events of virtual routers'),
  lvs_notify_fifo: common(fifo, 'a pipe that gets the events of real servers'),
  notify_fifo_script: rare(command({ user: true }), 'reads that pipe; started once'),
  vrrp_notify_fifo_script: rare(command({ user: true }), 'reads that pipe; started once'),
  lvs_notify_fifo_script: rare(command({ user: true }), 'reads that pipe; started once'),
  fifo_write_vrrp_states_on_reload: rare(flag, 'a reload writes the states again'),
  vrrp_notify_priority_changes: rare(boolean, 'priority changes are events'),
  rs_init_notifies: rare(boolean, 'notify_up for servers that are up at the start'),
};

const monitoring = {
  enable_dbus: ignored(flag, 'D-Bus'),
  dbus_service_name: ignored(name, 'name on D-Bus'),
  dbus_no_interface_name: ignored(flag, 'names on D-Bus', { since: '2.3' }),
  enable_snmp_vrrp: ignored(flag, 'SNMP', { notCarriedOut: 'evs has metrics instead' }),
  enable_snmp_checker: ignored(flag, 'SNMP', { notCarriedOut: 'evs has metrics instead' }),
  enable_snmp_rfc: ignored(flag, 'SNMP', { notCarriedOut: 'evs has metrics instead' }),
  enable_snmp_rfcv2: ignored(flag, 'SNMP', { notCarriedOut: 'evs has metrics instead' }),
  enable_snmp_rfcv3: ignored(flag, 'SNMP', { notCarriedOut: 'evs has metrics instead' }),
  enable_snmp_keepalived: ignored(flag, 'SNMP', { deprecated: 'enable_snmp_vrrp' }),
  enable_traps: ignored(flag, 'SNMP traps', { notCarriedOut: 'evs has metrics instead' }),
  snmp_socket: ignored(optionalName, 'socket of the SNMP agent'),
  snmp_vs_stats_update_interval: ignored(seconds(0, day), 'age of statistics', { since: '2.3' }),
  snmp_rs_stats_update_interval: ignored(seconds(0, day), 'age of statistics', { since: '2.3' }),
};

const announcements = {
  vrrp_garp_master_delay: common(
    wholeSeconds(0, day),
    'time from the first announcements to the second',
    {
      initial: '5',
    },
  ),
  vrrp_garp_master_repeat: common(repeats, 'announcements of an address in a burst', {
    initial: '5',
  }),
  vrrp_garp_master_refresh: common(
    wholeSeconds(0, day),
    'time between announcements while active',
    {
      initial: 'off',
    },
  ),
  vrrp_garp_master_refresh_repeat: rare(repeats, 'announcements of an address each time', {
    initial: '1',
  }),
  vrrp_garp_lower_prio_delay: rare(
    wholeSeconds(0, day),
    'the same after an advert of lower priority',
    {
      initial: 'vrrp_garp_master_delay',
    },
  ),
  vrrp_garp_lower_prio_repeat: rare(unsigned, 'the same after an advert of lower priority', {
    initial: 'vrrp_garp_master_repeat',
  }),
  vrrp_garp_interval: common(seconds(0.000_001, 4_294), 'time between two announcements by ARP', {
    initial: '0',
  }),
  vrrp_gna_interval: common(
    seconds(0.000_001, 4_294),
    'time between two neighbour advertisements',
    {
      initial: '0',
    },
  ),
  vrrp_min_garp: rare(boolean, 'one announcement, once', { initial: 'off' }),
  vrrp_garp_extra_if: ignored(extraTime, 'keeps switches knowing a virtual MAC'),
  vrrp_vmac_garp_intvl: ignored(extraTime, 'the same', {
    deprecated: 'vrrp_garp_extra_if',
    told: true,
  }),
};

const vrrp = {
  vrrp_version: common(integer(2, 3), 'of VRRP', { initial: '2' }),
  vrrp_mcast_group4: rare(group4, 'group of IPv4 adverts', { initial: '224.0.0.18' }),
  vrrp_mcast_group6: rare(group6, 'group of IPv6 adverts', { initial: 'ff02::12' }),
  default_interface: rare(device, 'for what names none'),
  ...announcements,
  vrrp_down_timer_adverts: rare(
    integer(1, 100),
    'adverts that are missed before the active one is down',
    {
      initial: '3',
    },
  ),
  vrrp_lower_prio_no_advert: rare(boolean, 'no answer to an advert of lower priority', {
    initial: 'off',
  }),
  vrrp_higher_prio_send_advert: rare(boolean, 'one more advert when giving way', {
    initial: 'on; off in keepalived',
  }),
  vrrp_check_unicast_src: rare(unreported(boolean), 'unicast adverts from peers only', {
    initial: 'off',
  }),
  vrrp_skip_check_adv_addr: core(
    unreported(boolean),
    'the addresses of later adverts are not compared',
    {
      initial: 'off',
    },
  ),
  vrrp_owner_ignore_adverts: rare(boolean, 'priority 255 gives way to nobody', { since: '2.3' }),
  vrrp_strict: core(
    unreported(boolean),
    'as the RFC says, no more: no authentication, no answer to ping',
    {
      initial: 'off',
    },
  ),
  vrrp_startup_delay: rare(seconds(0.001, 4_294), 'wait before the first election', {
    initial: '0',
  }),
  timer_expired_backup: ignored(
    optional(integer(0, 255), 0),
    'steps down after the process was held up',
    {
      since: '2.3',
    },
  ),
  log_unknown_vrids: rare(flag, 'adverts of routers that are not configured are logged'),
  dynamic_interfaces: common(
    optional(choice(['allow_if_changes']), undefined),
    'devices may come and go',
  ),
  disable_local_igmp: ignored(flag, 'no IGMP on virtual MACs'),
  vmac_prefix: rare(shortWord('PREFIX', 12), 'beginning of names of virtual MAC devices', {
    initial: 'vrrp',
  }),
  vmac_addr_prefix: rare(shortWord('PREFIX', 12), 'the same for single addresses', {
    initial: 'vmac_prefix',
  }),
  vrrp_rx_bufs_policy: ignored(bufferSize, 'receive buffer'),
  vrrp_rx_bufs_multiplier: ignored(integer(1, 65_535), 'receive buffer, in adverts'),
  vrrp_iptables: ignored(maybeAnything, 'chains of rules for no_accept', {
    deprecated: 'nftables',
    told: true,
  }),
  vrrp_ipsets: ignored(maybeAnything, 'sets of rules for no_accept', {
    deprecated: 'nftables',
    told: true,
  }),
  nftables: ignored(optionalName, 'table of rules for no_accept'),
  nftables_priority: ignored(integer(-0x8000_0000, 0x7fff_ffff), 'priority of its chains'),
  nftables_counters: ignored(flag, 'its rules count'),
  nftables_ifindex: ignored(flag, 'its rules hold numbers of devices'),
};

const lvs = {
  lvs_sync_daemon: common(
    syncDaemon,
    'connection synchronisation; its role follows the virtual router, which preempts when it has the connections',
  ),
  lvs_timeouts: common(lvsTimeouts, 'timeouts of connections', {
    initial: 'tcp 900, tcpfin 120, udp 300',
  }),
  lvs_flush: common(flag, 'the table is emptied at the start'),
  lvs_flush_on_stop: rare(
    optional(choice(['VS']), 'all'),
    'the table is emptied when the daemon stops',
  ),
  nftables_ipvs: ignored(optionalName, 'groups by one firewall mark', {
    notCarriedOut: 'a group needs no mark here',
  }),
  nftables_ipvs_priority: ignored(integer(-0x8000_0000, 0x7fff_ffff), 'priority of its chains'),
  nftables_ipvs_start_fwmark: ignored(integer(1, 0xffff_ffff), 'its first mark'),
};

export const globalDefs = group(
  'core',
  flag,
  { ...mail, ...processes, ...files, ...fifos, ...monitoring, ...vrrp, ...lvs },
  'settings of the daemon, and defaults of all that follows',
  {
    synonyms: {
      lvs_flush_onstop: 'lvs_flush_on_stop',
      thread_timer_expired: 'timer_expired_backup',
    },
  },
);
