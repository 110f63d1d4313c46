import type { AnyGroup, Spec } from '../../packages/evs/src/config/language/spec.ts';
import { root } from '../../packages/evs/src/config/language/keywords/root.ts';
import { features } from '../../packages/evs/test/fixtures/config/features.ts';
import { different, equal, missing, type Row, type Section } from './rows.ts';

const check = 'test/interop/keepalived-check.test.ts';
const golden = 'src/config/language/keywords/golden.test.ts';
const interop = 'test/interop/vrrp.test.ts';
const routers = 'test/kernel/virtual-routers.test.ts';
const daemon = 'test/kernel/configured-daemon.test.ts';
const director = 'src/daemon/configured/configured-director.test.ts';
const probes = 'src/healthcheck/probe/probe.test.ts';
const mails = ['src/daemon/mail/mailer.test.ts', 'src/daemon/configured/observers.test.ts'];

/** The tutorial's two files are compared, too. */
const comparedFiles = Object.keys(features).length + 2;

const outside = 'outside every block';

interface Keyword {
  readonly block: string;
  readonly name: string;
  readonly spec: Spec;
}

/** All keywords, each once in its block: HTTP_GET and SSL_GET share theirs. */
function keywordsIn(group: AnyGroup, block: string): Keyword[] {
  return Object.entries(group.keywords).flatMap(([name, spec]) => [
    { block, name, spec },
    ...(spec.kind === 'group' ? keywordsIn(spec, name) : []),
  ]);
}

/** Those that keepalived has. */
const keywords = [
  ...new Map(
    keywordsIn(root, outside)
      .filter(({ name }) => !name.startsWith('evs:'))
      .map((keyword) => [`${keyword.block} ${keyword.name}`, keyword]),
  ).values(),
];

const idle = keywords.filter(({ spec }) => spec.notCarriedOut !== undefined);

/** One row for each block that has keywords which are read and nothing more. */
function idleRows(): readonly Row[] {
  const blocks = [...new Set(idle.map(({ block }) => block))];
  return blocks.map((name) => {
    const all = idle.filter(({ block }) => block === name);
    const place = name === outside ? name : `in \`${name}\``;
    const count = all.length === 1 ? 'one keyword is' : `${all.length} keywords are`;
    return missing(
      `${place}, ${count} read, with a warning, and not carried out`,
      all.map(idleText).join(', '),
    );
  });
}

const idleText = ({ name, spec: { notCarriedOut } }: Keyword): string =>
  typeof notCarriedOut === 'string' ? `\`${name}\` (${notCarriedOut})` : `\`${name}\``;

const language: Section = {
  title: "keepalived's configuration",
  rows: [
    equal(`${keywords.length} keywords of 2.2 and 2.3 are read`, golden),
    equal(`what is accepted, warned of and refused, by exit status: ${comparedFiles} files`, check),
    different(
      'messages',
      'All problems at once, each with its line, column and a reason',
      'src/config/render-diagnostic.test.ts',
    ),
    different(
      'a missing argument',
      'Refuses the file, and on SIGHUP changes nothing; keepalived ends, and leaves its addresses behind',
      daemon,
    ),
    ...idleRows(),
  ],
};

const vrrp: Section = {
  title: "keepalived's VRRP",
  rows: [
    equal('version 2 with PASS: who is active, wrong passwords', interop),
    equal('version 2 with AH: signatures, replays', interop),
    equal('version 3, IPv4 and IPv6, multicast and unicast: who is active', interop),
    equal('preempt, nopreempt, preempt_delay, equal priorities, priority 0', interop),
    equal('virtual MAC addresses: use_vmac', interop),
    equal(
      'use_vmac_addr and use_vmac of addresses: which, and their names',
      'src/daemon/configured/vrrp/place-addresses.test.ts',
      routers,
    ),
    equal('sync groups', 'src/vrrp/sync-group.test.ts'),
    equal(
      'trackers: interfaces, scripts, files, processes, with and without weight',
      'src/vrrp/tracking.test.ts',
      routers,
    ),
    equal('BFD: track_bfd and BFD_CHECK', 'test/interop/bfd.test.ts'),
    equal('the schedule of gratuitous ARP', 'src/vrrp/announcements.test.ts'),
    equal('static addresses, routes and rules; track_group', routers),
    equal('no_accept and strict mode, by nftables', routers),
    equal('notify scripts and FIFO, from start to stop', routers),
    different(
      'a preemption with lvs_sync_daemon',
      'Waits for the connections of the active director, 30 s at most (decision 0027)',
      'src/vrrp/step.test.ts',
      'test/kernel/failover-opening.test.ts',
    ),
    different(
      'vrrp_higher_prio_send_advert',
      'On unless the file says otherwise: neighbours find the winner of a split brain (decision 0023)',
      'test/kernel/split-brain.test.ts',
    ),
    different(
      'a backup whose timer fires late',
      'Listens for one more interval before it takes over',
      'src/vrrp/step.test.ts',
    ),
    different(
      'log_unknown_vrids',
      'Tells of each virtual router once; keepalived of each advertisement',
      routers,
    ),
  ],
};

const checks: Section = {
  title: "keepalived's health checks",
  rows: [
    equal('TCP_CHECK', probes, director),
    equal('HTTP_GET and SSL_GET: status, digest, regex, virtual host, SNI', probes),
    equal('SMTP_CHECK', probes),
    equal('DNS_CHECK and UDP_CHECK', probes, daemon),
    equal('PING_CHECK', 'src/healthcheck/probe/ping.test.ts', daemon),
    equal('MISC_CHECK, with misc_dynamic', probes, director),
    equal('FILE_CHECK', director),
    equal(
      'delay_loop, retry, warmup, alpha: which failure counts',
      'src/healthcheck/checker-state.test.ts',
      director,
    ),
    equal(
      'quorum, hysteresis, sorry_server, inhibit_on_failure',
      'src/healthcheck/quorum.test.ts',
      director,
    ),
    equal('virtual_server_group', director),
    equal('ha_suspend, lvs_flush, lvs_flush_on_stop, lvs_timeouts', daemon),
    equal('mails: headers, texts, when', ...mails, daemon),
    equal('a reload leaves alone what did not change', director, daemon),
  ],
};

/** What keepalived does, and how evs stands to it; keywords are counted from the tree that the reader goes by. */
export const keepalivedSections: readonly Section[] = [language, vrrp, checks];
