import { keepalivedSections } from './keepalived.ts';
import { different, equal, missing, type Row, type Section, type Verdict } from './rows.ts';

const sessions = 'src/cli/sessions.test.ts';
const recorded = 'src/cli/evsadm.test.ts';
const traffic = 'test/kernel/sessions.test.ts';
const moving = 'src/cli/moving/moving.test.ts';
const kernel = 'test/kernel/linux-ipvs.test.ts';
const track = 'src/dataplane/program/track.test.ts';
const connections = 'src/dataplane/program/connections.test.ts';
const packets = ['src/dataplane/program/director.test.ts', 'test/kernel/data-plane.test.ts'];
const realTraffic = 'test/kernel/traffic.test.ts';
const semantics = 'src/dataplane/program/semantics.test.ts';
const persistence = ['src/dataplane/program/persistence/persistence.test.ts', traffic] as const;

const commandLine: Section = {
  title: 'Around the command line',
  rows: [
    equal('order in which mistakes are found, joined and long spellings', recorded, sessions),
    equal('random command lines: text and status', recorded, 'src/cli/random-commands.test.ts'),
    equal('`-R` with bad lines, comments, nested commands', sessions, 'src/cli/restore.test.ts'),
    equal('`-S` and `-R` there and back', sessions, 'src/cli/restore.test.ts'),
    equal(
      'sorting by the sign of 32-bit differences',
      'src/director/listing-order.test.ts',
      sessions,
    ),
    equal(
      'names without `-n`: hosts, services, the name service switch',
      recorded,
      'test/interop/transcripts.test.ts',
    ),
    equal(
      'numbers cut to K, M, G, T, and `--exact`',
      'src/cli/print-number.test.ts',
      'src/cli/print-listing.test.ts',
    ),
    equal('estimates of rates', 'src/director/rates.test.ts', 'src/daemon/rate-estimator.test.ts'),
    equal('not root: text and status', 'test/kernel/daemon-faults.test.ts'),
    equal(
      'links named ipvsadm, ipvsadm-save, ipvsadm-restore',
      'src/cli/called-as.test.ts',
      'test/interop/transcripts.test.ts',
    ),
    different(
      '`size=` in the first line',
      'The number of connections that can be tracked; ip_vs tells its hash buckets',
    ),
    different(
      '`--nosort`',
      'Services in the order in which they were added, those of a mark last; ip_vs tells them in the order of a table whose hash differs at every boot. Real servers as in ip_vs',
      sessions,
    ),
    different('order of `-L -c`', 'Hash tables have none'),
    different(
      'counters of real servers beyond 2^32',
      'Told in full; ipvsadm reads them as 32-bit numbers, which begin at 0 again',
      'src/cli/print-listing.test.ts',
    ),
    different('counters', 'At once; ip_vs tells them up to two seconds late', traffic),
    different(
      'the engine of a service that is not persistent',
      'Forgotten; ip_vs keeps it, where it does nothing',
      recorded,
    ),
    different(
      'without a daemon',
      'evsadm starts one; ipvsadm loads a module of the kernel',
      'src/cli/find-director.test.ts',
    ),
  ],
};

const states: Section = {
  title: 'Connections',
  rows: [
    equal('TCP states by direction: NAT, direct routing, tunnel; secure_tcp', track),
    equal('timeouts of TCP states, `--set`, restart with every packet', track, traffic),
    equal('UDP: one state, never active, 300 s', track, traffic),
    equal(
      'SCTP: states in all three directions, timeouts, checksums of NAT',
      'src/dataplane/program/sctp.test.ts',
      'test/kernel/sctp.test.ts',
    ),
    equal(
      'active and inactive connections of each real server',
      connections,
      'test/kernel/exact-counts.test.ts',
      traffic,
    ),
    equal(
      'a client that comes back with the ports of a connection that has ended',
      connections,
      semantics,
    ),
    equal(
      'a real server that is deleted and added again finds its connections',
      connections,
      traffic,
    ),
    equal('a service that is deleted keeps its connections', connections, traffic),
    equal('weight 0 keeps connections, takes no new ones', connections, traffic),
    equal(
      'thresholds and their hysteresis',
      'test/interop/picks.test.ts',
      'src/dataplane/scheduler/schedulers.test.ts',
      traffic,
    ),
    equal('expire_nodest_conn, sloppy_tcp, drop_packet', semantics),
    equal('drop_entry', 'src/dataplane/program/pressure.test.ts'),
    different(
      'a full table',
      'The oldest half-open connections make room, established ones never; the table of ip_vs has no end but the memory',
      'src/dataplane/program/pressure.test.ts',
      'test/kernel/syn-flood.test.ts',
    ),
    different(
      'port reuse with conntrack',
      'No second of waiting: what evs forwards never meets nf_conntrack',
      connections,
    ),
  ],
};

const clients: Section = {
  title: 'Persistence and marks',
  rows: [
    equal('templates: keys, timers, states, a minute more while connections last', ...persistence),
    equal('netmask and prefix length', ...persistence),
    equal('a service on port 0', ...persistence),
    equal('FTP on port 21', persistence[0]),
    equal('persistent clients and weight 0, thresholds, deleted real servers', persistence[0]),
    equal('one-packet scheduling', 'src/dataplane/program/one-packet.test.ts'),
    equal('services of a mark, their ports and templates', 'src/dataplane/program/mark.test.ts'),
    different(
      'where marks come from',
      'Rules of ours (evs mark), since packets are balanced before netfilter sees them; at tc the mark that a packet brings along',
      'test/kernel/marks.test.ts',
    ),
    equal(
      'persistence engine sip: templates by Call-ID, listed with it',
      'src/dataplane/program/persistence/sip.test.ts',
      'test/kernel/sip.test.ts',
      'src/cli/print-connections.test.ts',
    ),
    different(
      'how far persistence engine sip looks for a Call-ID',
      'In the first 4,095 bytes of a datagram; fragments pass to the host',
      'src/dataplane/program/persistence/sip.test.ts',
    ),
    different(
      'persistence engine sip: templates whose real server went',
      'Those of one client and one real server are listed as one, without a Call-ID',
      'src/dataplane/program/persistence/sip.test.ts',
    ),
    missing(
      'persistence engine sip: templates in connection synchronisation',
      'Neither sent nor taken; the connections are',
    ),
    missing(
      'persistence engine sip: connections that a real server opens',
      'They pass to the host, so datagrams of one-packet services are not translated back',
    ),
  ],
};

const forwarding: Section = {
  title: 'Forwarding',
  rows: [
    equal(
      'NAT, direct routing and IPIP over IPv4 and IPv6',
      ...packets,
      realTraffic,
      'test/interop/kernel-scenario.test.ts',
    ),
    equal(
      'GUE and GRE tunnels, tunnels to the other address family',
      'src/dataplane/program/tunnels.test.ts',
      'test/kernel/tunnels.test.ts',
      'test/kernel/traffic-tunnels.test.ts',
    ),
    different(
      'checksums of GUE and GRE at tc',
      'Left out of aggregates of segments (decision 0014)',
      'src/dataplane/program/tunnels.test.ts',
    ),
    different(
      'a packet without "do not fragment" that is longer than the way to its real server',
      'Answered by ICMP, not fragmented (decision 0014)',
      'src/dataplane/program/director.test.ts',
    ),
    different(
      'fragments',
      'Each follows the first on its own, and counts as a packet. Without a first one before them they pass to the host, as do those of SCTP and of one-packet scheduling; ip_vs has the whole reassembled (decision 0018)',
      ...packets,
      'test/kernel/traffic-fragments.test.ts',
    ),
    equal('UDP datagrams without a checksum get one from NAT', ...packets),
    equal('IPv4 options, IPv6 extension headers, type of service, time to live', ...packets),
    equal(
      'VLANs: a tagged packet is for the device of its VLAN',
      'src/dataplane/program/hostile-packets.test.ts',
      realTraffic,
    ),
    equal('ICMP errors about a connection, embedded headers rewritten', ...packets),
    equal(
      'ICMP errors about unknown flows are scheduled: schedule_icmp',
      'src/dataplane/program/schedule-icmp.test.ts',
      'test/kernel/strays.test.ts',
    ),
    different(
      'the longest segment that a SYN through a tunnel announces: clamp_mss',
      'ip_vs leaves that to netfilter (TCPMSS)',
      'src/dataplane/program/clamp-segments.test.ts',
      'test/kernel/strays.test.ts',
    ),
    different(
      "a real server's packet of no connection is answered by ICMP: nat_icmp_send",
      "From the packet's destination; not what is for the director's own address, such as answers to checks",
      'src/dataplane/program/refuse-stray.test.ts',
      'test/kernel/strays.test.ts',
    ),
    equal(
      'ICMP errors about the packets of a tunnel, told to the client; the path MTU is learned',
      'src/dataplane/program/tunnel-error.test.ts',
      ...packets,
    ),
    equal(
      'ICMP errors of our own: no real server, packet too big, end of the time to live',
      'src/dataplane/program/icmp-budget.test.ts',
      ...packets,
      traffic,
    ),
    equal('a real server that is the director itself', connections),
    missing(
      'NAT to another port of the director itself',
      'Its packets reach the host as they came; rewritten, the answers would have to be met on their way out',
    ),
    equal(
      'the first packet to a real server whose MAC address is unknown',
      'test/kernel/data-plane-life.test.ts',
    ),
    equal('counters of bytes and packets', connections, traffic),
    equal(
      'packets that are hostile or cut short',
      'src/dataplane/program/hostile-packets.test.ts',
      'test/kernel/hostile-packets.test.ts',
    ),
    different(
      'replies of NAT',
      'Go back where the requests came from, past the routing table (decision 0004)',
      connections,
    ),
    different(
      'clients on the director itself',
      'Work with direct routing and tunnels, too (decision 0006)',
      connections,
      realTraffic,
    ),
    different('netfilter', 'Balanced packets pass before it; ip_vs is in the middle of it'),
  ],
};

const moves: Section = {
  title: 'Moving in and out',
  rows: [
    equal('`ipvsadm -S -n` into evs, all or nothing', moving),
    equal(
      'the kernel into evs and back: services, real servers in their order, thresholds, timeouts, settings, synchronisation',
      kernel,
    ),
    equal('`evs export` into the real `ipvsadm -R`', kernel, moving),
    missing('open connections', 'They end with the director that holds them'),
  ],
};

const wire = 'test/kernel/ipvs-sync.test.ts';
const announced = 'src/dataplane/program/announce.test.ts';
const adopted = 'src/dataplane/program/adopt.test.ts';
const messages = 'src/sync/wire/message.test.ts';
const directors = 'test/kernel/synchronisation.test.ts';
const failover = 'test/kernel/failover.test.ts';
const takeover = 'test/kernel/failover-opening.test.ts';
const follower = 'src/daemon/configured/synchronisation-follower.test.ts';

const synchronisation: Section = {
  title: 'Connection synchronisation',
  rows: [
    equal('messages of versions 0 and 1, as ip_vs of Linux 6.1 sends them', wire, messages),
    equal('when a TCP, SCTP or UDP connection is sent again, and when its end is', announced),
    different(
      'a TCP or SCTP connection is sent when it is established',
      'ip_vs waits for its third packet, and loses those that are idle before (decision 0025)',
      announced,
      failover,
    ),
    equal('what a backup does with a connection or template that it knows, or not', adopted),
    equal('bad messages and records are dropped', messages, directors),
    different(
      'templates are sent once a second, not with every packet',
      'It would say the same',
      announced,
    ),
    different(
      'a connection without a real server here',
      'Waits for it outside of the table; ip_vs forwards by what the message says',
      directors,
    ),
    different(
      'connections of clients on the director',
      'Not sent: nobody else can serve them',
      announced,
    ),
    different('messages leave after 100 ms', 'ip_vs lets them wait for two seconds'),
    different(
      'a director that comes back preempts when it has the connections; one that leaves tells of them until then',
      'keepalived does not wait, and ip_vs’s new master knows none (decision 0027)',
      takeover,
      follower,
    ),
    different(
      'a backup that joins, or missed something, asks for everything',
      'ip_vs has no such question; see decisions/0020',
      directors,
    ),
    missing(
      'sequence numbers of the FTP module',
      'No payload is rewritten here, so there are none',
    ),
  ],
};

/**
 * What ip_vs, ipvsadm and keepalived do, and how evs stands to it: the data of docs/reference/parity.md. Whoever builds a
 * part changes its row here and runs `npm run parity`.
 */
export const sections: readonly Section[] = [
  commandLine,
  states,
  clients,
  forwarding,
  synchronisation,
  moves,
  ...keepalivedSections,
];

/** Options that are not as in ipvsadm, by their long names. */
export const optionDifferences: Readonly<Record<string, Omit<Row, 'what'>>> = {
  help: { verdict: 'different', note: 'Own words; nothing reads them' },
};

/** Schedulers: those of ip_vs, and which tests show what they pick. */
export const schedulerTests = [
  'src/dataplane/scheduler/schedulers.test.ts',
  'src/dataplane/scheduler/model.test.ts',
  'test/kernel/schedulers.test.ts',
];

/** Settings that are kept and do nothing, with the reason. Others are as in ip_vs. */
export const idleSettings: Readonly<
  Record<string, { readonly verdict: Verdict; readonly note: string }>
> = {
  conntrack: { verdict: 'different', note: 'What evs forwards never meets nf_conntrack' },
  ignore_tunneled: {
    verdict: 'different',
    note: 'evs balances no packets that come out of tunnels',
  },
  snat_reroute: {
    verdict: 'different',
    note: 'Replies of NAT go back where the requests came from',
  },
  clamp_mss: { verdict: 'different', note: 'Of ours; beside ip_vs netfilter does it (TCPMSS)' },
  cache_bypass: {
    verdict: 'different',
    note: "By the host's routes; no connection is kept, and what is for the director itself is its own to answer",
  },
  nat_icmp_send: {
    verdict: 'different',
    note: "The message has the packet's destination as its source; what is for the director's own address, such as answers to checks, is left alone",
  },
  sync_qlen_max: { verdict: 'different', note: 'Messages do not wait: they are sent at once' },
  sync_threshold: {
    verdict: 'different',
    note: 'Counts repetitions, and UDP: TCP and SCTP are told of when established (decision 0025)',
  },
};
