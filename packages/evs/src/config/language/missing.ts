import type { TestStatus } from '../text/diagnostic.ts';

/**
 * Keywords whose missing argument keepalived meets itself, by its exit status: 5 where it says so and goes on,
 * 0 where it says nothing. For all others it ends the process with 2. Observed on keepalived 2.2.7.
 */
const gentle: Readonly<Record<string, readonly string[]>> = {
  checkers: [
    'BFD_CHECK.name',
    'FILE_CHECK.weight',
    'HTTP_GET.http_protocol',
    'SSL_GET.http_protocol',
    'MISC_CHECK.user',
    'SMTP_CHECK.helo_name',
  ],
  anywhere: ['virtualhost', 'snmp_name', 'ca', 'certificate', 'key', 'password'],
  root: ['instance', 'net_namespace', 'vrrp_instance', 'vrrp_sync_group', 'track_group'],
  global_defs: [
    ...['vrrp', 'checker', 'bfd'].flatMap((process) => [
      `${process}_cpu_affinity`,
      `${process}_priority`,
      `${process}_rt_priority`,
    ]),
    'dbus_service_name',
    'default_interface',
    'lvs_netlink_cmd_rcv_bufs',
    'lvs_netlink_monitor_rcv_bufs',
    'vrrp_netlink_cmd_rcv_bufs',
    'vrrp_netlink_monitor_rcv_bufs',
    'process_monitor_rcv_bufs',
    'notify_fifo',
    'vrrp_notify_fifo',
    'lvs_notify_fifo',
    'notify_fifo_script',
    'vrrp_notify_fifo_script',
    'lvs_notify_fifo_script',
    'lvs_sync_daemon',
    'lvs_timeouts',
    'min_auto_priority_delay',
    'notification_email_from',
    'reload_time_file',
    'router_id',
    'script_user',
    'startup_script',
    'shutdown_script',
    'startup_script_timeout',
    'shutdown_script_timeout',
    'tmp_config_directory',
    'vrrp_garp_extra_if',
    'vrrp_vmac_garp_intvl',
    'vrrp_rx_bufs_policy',
    'vrrp_rx_bufs_multiplier',
  ],
  vrrp: ['garp_extra_if', 'vmac_garp_intvl', 'kernel_rx_buf_size'],
  trackers: ['track_file.file', 'track_file.weight', 'vrrp_track_process.weight'],
};

const silent = [
  'misc_path',
  'smtp_helo_name',
  'net_namespace_ipvs',
  'notify_deleted',
  'regex',
  'regex_options',
  'regex_min_offset',
  'regex_max_offset',
  'regex_stack',
  'status_code',
  'script',
  'param_match',
];

const byName = new Map<string, TestStatus>([
  ...Object.values(gentle).flatMap((names) => names.map((name) => [name, 5] as const)),
  ...silent.map((name) => [name, 0] as const),
]);

/** keepalived's exit status for a keyword of a block that lacks its argument. */
export const statusWithoutArgument = (block: string, keyword: string): TestStatus =>
  byName.get(`${block}.${keyword}`) ?? byName.get(keyword) ?? 2;
