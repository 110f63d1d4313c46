import { common, group, ignored, list, rare } from '../spec.ts';
import { flag, many, unreported } from '../value.ts';
import { addressEntry } from '../values/address-entry.ts';
import { heartbeatEntry } from '../values/heartbeat-entry.ts';
import { integer } from '../values/numbers.ts';
import { routeEntry } from '../values/route-entry.ts';
import { ruleEntry } from '../values/rule-entry.ts';
import { name, path, word } from '../values/words.ts';
import { globalDefs } from './global-defs.ts';
import { bfdInstance, trackFile, vrrpScript, vrrpTrackProcess } from './trackers.ts';
import { virtualServer, virtualServerGroup } from './virtual-server.ts';
import { garpGroup, trackGroup, vrrpSyncGroup } from './vrrp-groups.ts';
import { vrrpInstance } from './vrrp-instance.ts';

const statics = {
  static_ipaddress: list('common', flag, addressEntry, 'addresses, there from start to stop'),
  static_routes: list('common', flag, routeEntry, 'routes, there from start to stop'),
  static_rules: list('common', flag, ruleEntry, 'routing rules, there from start to stop'),
};

const instance = {
  net_namespace: common(name, 'network namespace to run in', {
    notCarriedOut: 'start evsd in it, by ip netns exec',
  }),
  net_namespace_ipvs: ignored(name, 'another for the balancing'),
  namespace_with_ipsets: ignored(flag, 'allows both'),
  instance: ignored(name, 'name of this daemon', {
    notCarriedOut: 'each network namespace has one daemon',
  }),
  use_pid_dir: ignored(flag, 'folder of pid files'),
  child_wait_time: ignored(integer(0, 0x7fff_ffff, 'SECONDS'), 'how long a stop may take'),
};

const links = {
  linkbeat_interfaces: list('rare', flag, many(word('WORD')), 'devices whose link is polled', {
    notCarriedOut: 'the kernel tells of links',
  }),
  linkbeat_use_polling: ignored(flag, 'all links are polled', {
    notCarriedOut: 'the kernel tells of links',
  }),
  interface_up_down_delays: list(
    'rare',
    flag,
    many(word('WORD')),
    'time that a link change must last',
    {
      notCarriedOut: true,
    },
  ),
};

const tls = group(
  'rare',
  flag,
  {
    password: rare(word('PASSWORD'), 'of the key'),
    ca: rare(path, 'certificates of authorities'),
    certificate: rare(path, 'certificate to show'),
    key: rare(path, 'its key'),
  },
  'what SSL_GET shows to servers',
);

/** Written behind `#evs:`, so that keepalived takes them for comments. */
const forUs = {
  'evs:heartbeat': rare(
    unreported(heartbeatEntry),
    'another way to the other director, on which each tells the other what it is active for',
    { repeat: 'all' },
  ),
};

/** All that may stand outside every block. */
export const root = group(
  'core',
  flag,
  {
    global_defs: globalDefs,
    ...instance,
    ...statics,
    ...links,
    ...forUs,
    SSL: tls,
    vrrp_script: vrrpScript,
    vrrp_track_process: vrrpTrackProcess,
    track_file: trackFile,
    bfd_instance: bfdInstance,
    track_group: trackGroup,
    vrrp_instance: vrrpInstance,
    vrrp_sync_group: vrrpSyncGroup,
    garp_group: garpGroup,
    virtual_server_group: virtualServerGroup,
    virtual_server: virtualServer,
  },
  'a configuration',
  { synonyms: { vrrp_track_file: 'track_file' } },
);
export type Root = typeof root;
