import { common, core, group, ignored, list, rare } from '../spec.ts';
import { flag, many, optional, sequence } from '../value.ts';
import { address, anyGroup } from '../values/addresses.ts';
import { addressEntry } from '../values/address-entry.ts';
import { command } from '../values/commands.ts';
import { integer, repeats, seconds, unsigned, wholeSeconds } from '../values/numbers.ts';
import { routeEntry } from '../values/route-entry.ts';
import { ruleEntry } from '../values/rule-entry.ts';
import { trackEntry } from '../values/tracking.ts';
import { optionalBehind, optionalName, unicastPeer } from '../values/virtual.ts';
import { boolean, choice, device, name, word } from '../values/words.ts';

const day = 86_400;
/** `[all] SECONDS`. */
export const extraTime = sequence({
  all: optionalBehind('all', 'all', flag),
  time: integer(1, 86_400, 'SECONDS'),
});

const first = { repeat: 'first' } as const;

/** Programs that run on a change of state; vrrp_sync_group has them too. */
export const notifications = {
  notify_master: core(command({ user: true }), 'runs on becoming active', first),
  notify_backup: core(command({ user: true }), 'runs on becoming backup', first),
  notify_fault: core(command({ user: true }), 'runs on a fault', first),
  notify_stop: common(command({ user: true }), 'runs when the daemon stops', first),
  notify: core(
    command({ user: true }),
    'runs on each of these, with kind, name, state and priority behind',
    first,
  ),
  notify_priority_changes: rare(boolean, 'priority changes go to the FIFO'),
  smtp_alert: common(boolean, 'mail about changes', { initial: 'off' }),
};

/** What is watched; vrrp_sync_group has it too. */
export const tracking = {
  track_interface: list('core', flag, trackEntry(253), 'devices that must be up'),
  track_script: list('core', flag, trackEntry(253), 'programs that must succeed'),
  track_file: list('common', flag, trackEntry(254), 'files whose number counts'),
  track_process: list('common', flag, trackEntry(254), 'processes that must run'),
  track_bfd: list('rare', flag, trackEntry(253), 'BFD sessions that must be up'),
};

const announcements = {
  garp_master_delay: common(
    wholeSeconds(0, day),
    'time from the first announcements to the second',
    {
      initial: '5',
    },
  ),
  garp_master_repeat: common(repeats, 'announcements of an address in a burst', { initial: '5' }),
  garp_master_refresh: common(wholeSeconds(0, day), 'time between announcements while active', {
    initial: 'off',
  }),
  garp_master_refresh_repeat: common(repeats, 'announcements of an address each time', {
    initial: '1',
  }),
  garp_lower_prio_delay: common(
    wholeSeconds(0, day),
    'the same after an advert of lower priority',
    {
      initial: 'garp_master_delay',
    },
  ),
  garp_lower_prio_repeat: common(unsigned, 'the same after an advert of lower priority', {
    initial: 'garp_master_repeat',
  }),
  garp_extra_if: ignored(extraTime, 'keeps switches knowing a virtual MAC'),
  vmac_garp_intvl: ignored(extraTime, 'the same', { deprecated: 'garp_extra_if', told: true }),
};

const authentication = group(
  'core',
  flag,
  {
    auth_type: core(choice(['PASS', 'AH']), 'password in clear, or IPSEC AH'),
    auth_pass: core(word('PASSWORD'), 'at most 8 characters count'),
  },
  'authentication of VRRP version 2',
);

const timing = {
  advert_int: core(seconds(0.01, 255), 'time between adverts; whole seconds in version 2', {
    initial: '1',
  }),
  preempt: common(flag, 'a higher priority takes over', { initial: 'so' }),
  nopreempt: core(flag, 'a higher priority waits until the active one is gone'),
  preempt_delay: common(seconds(0, 1_000), 'how long it waits after its start', { initial: '0' }),
  down_timer_adverts: rare(
    integer(1, 100),
    'adverts that are missed before the active one is down',
    {
      initial: '3',
    },
  ),
  lower_prio_no_advert: rare(boolean, 'no answer to an advert of lower priority'),
  higher_prio_send_advert: rare(boolean, 'one more advert when giving way'),
  timer_expired_backup: ignored(
    optional(integer(0, 255), 0),
    'steps down after the process was held up',
    {
      since: '2.3',
    },
  ),
};

const transport = {
  unicast_peer: list('core', flag, unicastPeer, 'adverts go to these, not to the group'),
  unicast_src_ip: core(address, 'source address', { initial: 'the first of the device' }),
  mcast_src_ip: common(address, 'source address', { initial: 'the first of the device' }),
  mcast_dst_ip: rare(anyGroup, 'group to send to', { initial: "global_defs'" }),
  track_src_ip: rare(flag, 'a fault while the source address is missing'),
  unicast_ttl: rare(integer(0, 255), 'TTL of unicast adverts', { initial: '255' }),
  unicast_fault_no_peer: rare(flag, 'a fault without any peer'),
  check_unicast_src: rare(boolean, 'adverts from peers only'),
  old_unicast_checksum: rare(
    optional(choice(['never']), 'compatible' as const),
    'checksum of version 3 over the group',
  ),
  skip_check_adv_addr: rare(boolean, 'the addresses of later adverts are not compared'),
  v3_checksum_as_v2: rare(flag, 'version 3 without pseudo header', { since: '2.3' }),
  owner_ignore_adverts: rare(boolean, 'priority 255 gives way to nobody', { since: '2.3' }),
  kernel_rx_buf_size: ignored(unsigned, 'receive buffer in bytes'),
};

const devices = {
  interface: core(device, 'where adverts go', { initial: 'default_interface, if that is set' }),
  use_vmac: common(
    sequence({ name: optionalName, more: optional(many(word('WORD')), []) }),
    'a virtual MAC address, on a macvlan',
  ),
  use_vmac_addr: rare(flag, 'virtual MAC addresses for addresses on other devices'),
  vmac_xmit_base: common(flag, 'adverts leave by the device below'),
  use_ipvlan: ignored(optional(many(word('WORD')), []), 'an ipvlan device'),
  vrf: ignored(name, 'virtual routing domain of the virtual MAC'),
  promote_secondaries: rare(flag, 'sets that sysctl on the device'),
  dont_track_primary: rare(flag, 'a fault of the device is none of the router'),
  linkbeat_use_polling: ignored(flag, 'polls the link', {
    deprecated: 'linkbeat_use_polling outside every block',
    told: true,
  }),
};

export const vrrpInstance = group(
  'core',
  name,
  {
    state: core(
      choice(['MASTER', 'BACKUP']),
      'a hint; with MASTER the priority is 255 unless set',
      {
        initial: 'BACKUP',
        repeat: 'all',
      },
    ),
    virtual_router_id: core(integer(1, 255), 'number of the virtual router'),
    priority: core(integer(1, 255), 'the highest is active; 255 owns the addresses', {
      initial: '100; 255 with state MASTER',
    }),
    version: common(integer(2, 3), 'of VRRP', { initial: 'vrrp_version' }),
    native_ipv6: rare(flag, 'IPv6 where no address decides'),
    authentication,
    virtual_ipaddress: list('core', flag, addressEntry, 'addresses that move'),
    virtual_ipaddress_excluded: list(
      'common',
      flag,
      addressEntry,
      'addresses that move and are not in the advert',
    ),
    virtual_routes: list('common', flag, routeEntry, 'routes that move'),
    virtual_rules: list('rare', flag, ruleEntry, 'routing rules that move'),
    no_virtual_ipaddress: rare(flag, 'there shall be no address', { since: '2.3' }),
    notify_deleted: rare(command({ user: true }), 'runs when a reload deletes the router', first),
    notify_master_rx_lower_pri: rare(
      command({ user: true }),
      'runs on an advert of lower priority while active',
      first,
    ),
    accept: rare(flag, 'the addresses answer', { initial: 'so' }),
    no_accept: rare(flag, 'the addresses answer nobody unless the priority is 255'),
    strict_mode: rare(boolean, 'as the RFC says, no more: no_accept, too'),
    debug: ignored(integer(0, 4), 'nothing', {
      notCarriedOut: 'keepalived does nothing with it either',
    }),
    lvs_sync_daemon_interface: ignored(device, 'device of the sync daemon', {
      deprecated: 'lvs_sync_daemon in global_defs',
      told: true,
    }),
    ...devices,
    ...timing,
    ...transport,
    ...announcements,
    ...tracking,
    ...notifications,
  },
  'a virtual router',
);
