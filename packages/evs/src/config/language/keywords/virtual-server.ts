import { common, core, group, ignored, list, rare } from '../spec.ts';
import { flag, optional, unreported } from '../value.ts';
import { port } from '../values/addresses.ts';
import { command } from '../values/commands.ts';
import { integer, positive, seconds, unsigned } from '../values/numbers.ts';
import {
  endpoint,
  granularity,
  groupEntry,
  lvsMethod,
  virtualServerName,
} from '../values/virtual.ts';
import { boolean, choice, name, shortWord, word } from '../values/words.ts';
import { checkers } from './checkers.ts';

const longest = 4_294;
const forever = 1e12;
const month = 2_678_400;

export const schedulerNames = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'lblc',
  'lblcr',
  'sh',
  'mh',
  'dh',
  'fo',
  'ovf',
  'sed',
  'nq',
  'twos',
] as const;

/** Defaults for the checkers of a virtual or real server. They make no check themselves. */
const checkerDefaults = {
  alpha: common(unreported(boolean), 'checkers count as down until their first success', {
    initial: 'off',
  }),
  retry: rare(positive, 'retry of the checkers'),
  delay_before_retry: rare(seconds(0, forever), 'delay_before_retry of the checkers'),
  warmup: rare(seconds(0, forever), 'warmup of the checkers', { initial: 'delay_loop' }),
  connect_timeout: rare(seconds(0.000_001, longest), 'connect_timeout of the checkers', {
    initial: '5',
  }),
  delay_loop: core(seconds(0.000_001, forever), 'time between checks', { initial: '60' }),
  virtualhost: common(word('HOST'), 'Host header of the checkers'),
  inhibit_on_failure: common(unreported(boolean), 'a failed server stays, with weight 0'),
  smtp_alert: common(boolean, 'mail about changes', { initial: 'off; real servers on' }),
  snmp_name: ignored(word('NAME'), 'name in SNMP'),
};

/** Keywords of checkers that a popular tutorial writes straight into real_server; read as one TCP_CHECK. */
const looseChecker = {
  connect_port: rare(port, 'port of a TCP check that has no block of its own'),
  nb_get_retry: rare(integer(0, 0x7fff_ffff), 'further attempts of that check'),
};

const realServer = group(
  'core',
  endpoint,
  {
    weight: core(integer(0, 0x7fff_ffff), 'share of the connections; 0 takes no new ones', {
      initial: "the virtual server's, 1",
    }),
    lvs_method: rare(lvsMethod, 'how packets reach it', { initial: "the virtual server's" }),
    uthreshold: rare(unsigned, 'connections at which no more are sent; 0 for no bound', {
      initial: '0',
    }),
    lthreshold: rare(unsigned, 'connections below which they are sent again', { initial: '0' }),
    notify_up: common(command({ user: true }), 'runs when it comes up', { repeat: 'first' }),
    notify_down: common(command({ user: true }), 'runs when it goes down', { repeat: 'first' }),
    ...checkerDefaults,
    ...looseChecker,
    alpha: common(boolean, 'its checkers count as down until their first success'),
    inhibit_on_failure: common(boolean, 'when it fails it stays, with weight 0'),
    ...checkers,
  },
  'a server behind the virtual one',
);

const scripts = {
  quorum_up: common(command({ user: true }), 'runs when the quorum is gained', { repeat: 'first' }),
  quorum_down: common(command({ user: true }), 'runs when the quorum is lost', { repeat: 'first' }),
};

const schedulerFlags = {
  ops: rare(flag, 'every datagram is scheduled for itself (UDP)'),
  hashed: rare(flag, 'entries are found by hash'),
  'flag-1': rare(flag, "the scheduler's first flag"),
  'flag-2': rare(flag, "the scheduler's second flag"),
  'flag-3': rare(flag, "the scheduler's third flag"),
  'sh-fallback': rare(flag, 'sh: another server if the chosen one is down'),
  'sh-port': rare(flag, 'sh: the source port counts'),
  'mh-fallback': rare(flag, 'mh: another server if the chosen one is down'),
  'mh-port': rare(flag, 'mh: the source port counts'),
};

export const virtualServer = group(
  'core',
  virtualServerName,
  {
    lb_algo: core(choice(schedulerNames), 'scheduler', { initial: 'wlc, with a warning' }),
    lb_kind: core(lvsMethod, 'how packets reach the real servers', {
      initial: 'NAT, with a warning',
    }),
    protocol: core(choice(['TCP', 'UDP', 'SCTP'], { anyCase: true }), 'transport', {
      initial: 'UDP, with a warning',
    }),
    persistence_timeout: core(
      optional(integer(1, month, 'SECONDS'), 360),
      'a client stays with its server',
      {
        initial: 'off; 360 without a number',
      },
    ),
    persistence_granularity: rare(granularity, 'leading bits of the client address that count', {
      initial: '32, 128',
    }),
    persistence_engine: rare(shortWord('NAME', 15), 'what makes clients equal, such as sip'),
    real_server: realServer,
    sorry_server: common(endpoint, 'takes all while the quorum is lost'),
    sorry_server_inhibit: rare(flag, 'the sorry server is always there, with weight 0'),
    sorry_server_lvs_method: rare(lvsMethod, 'how packets reach it', {
      initial: "the virtual server's",
    }),
    quorum: common(positive, 'weight of live servers that is enough', { initial: '1' }),
    hysteresis: common(integer(0, 0x7fff_ffff), 'how far beyond the quorum it is gained and lost', {
      initial: '0',
    }),
    omega: rare(flag, 'notifications of going down also when the daemon stops'),
    ha_suspend: common(flag, 'checks only while the virtual address is on this machine'),
    weight: rare(integer(1, 0x7fff_ffff), 'weight of real servers that name none', {
      initial: '1',
    }),
    ip_family: rare(choice(['inet', 'inet6']), 'address family of a mark or group'),
    ...scripts,
    ...schedulerFlags,
    ...checkerDefaults,
  },
  'a service and its real servers',
  { synonyms: { lvs_sched: 'lb_algo', lvs_method: 'lb_kind' } },
);

export const virtualServerGroup = list(
  'common',
  name,
  groupEntry,
  'addresses and marks that share one virtual server',
);
