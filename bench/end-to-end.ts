import { evsWay, smallPackets, type PacketRates } from './end-to-end/packets.ts';
import { streams, ways, type StreamFigures, type Way } from './end-to-end/streams.ts';
import type { End } from './network/counting.ts';
import { times, type Repeated } from './support/repeated.ts';
import type { Finding, Section } from './support/report.ts';

const methods = { gatewaying: 'DR', masquerading: 'NAT' } as const;
const names: Readonly<Record<Way, string>> = {
  direct: 'no director',
  forwarding: 'plain IP forwarding',
  nftables: 'nftables DNAT',
  haproxy: 'haproxy (TCP mode)',
  evs: 'evs NAT (tc)',
};

/** What does a client get, beside plain forwarding, nftables and haproxy? */
export async function endToEnd(): Promise<Section> {
  const packets = {
    xdp: await smallPackets({ end: 'xdp', rounds: 21, batches: 4000 }),
    tc: await smallPackets({ end: 'tc', rounds: 21, batches: 4000 }),
  };
  const tcp = await streams({ rounds: 11, seconds: 2 });
  return {
    title: 'From client to real server',
    method: how,
    findings: [...packetFindings(packets), ...streamFindings(tcp)],
    remarks: [
      `nginx, wrk, iperf3 and the proxy share the machine's processors: a figure is that of the whole path. *No
  director* is the most that any of them could reach: ${ceiling(tcp)} × nftables with new connections in this run.`,
      `Of the processor time of both ends the director's programs take about 5 % with new connections and 3 % with
  keep-alive (perf, cpu-clock): TCP and the veth devices take the rest.`,
      `At tc the director's program takes 60 to 75 of about 750 ns; the rest, veth devices and packet buffers, plain
  forwarding pays too. NAT adds \`bpf_l4_csum_replace\` (45 ns): only the kernel knows whether a checksum is complete.`,
      ...stallRemarks(packets, tcp),
    ],
  };
}

const ceiling = ({ direct, nftables }: Figures): string =>
  times(direct.newConnections, nftables.newConnections).toFixed(2);

const how = `Client, director and real servers in network namespaces, joined by veth devices; every way has a director of
its own between the same client and servers, and all take turns. Figures are medians; *×* is the median over the rounds of
the quotient within one round.

*Small packets*: UDP frames of 60 bytes, 256 flows, sent as live frames of BPF_PROG_TEST_RUN into the client's veth, counted
and dropped where they reach the servers: 21 rounds of 256,000 packets, all of the path on one processor. For the product at
XDP (native) all ways are counted by XDP at the servers' end, as frames of the driver; for the product at tc all are counted
at tc ingress, as packet buffers, since frames that go to the peer of a veth device at once
(docs/decisions/0010) do not pass its driver.
*TCP*: iperf3 (one connection, client to server), wrk (32 connections, one thread) against nginx (one worker, 3 bytes), with
keep-alive or with a new connection for each request: 11 rounds of 2 s. The product runs as \`evsd\`, configured by \`evsadm\`.`;

const million = (value: number): string => `${(value / 1e6).toFixed(2)} M/s`;

/** Where the packets of each hook's comparison are counted, for all ways of it. */
type Packets = Readonly<Record<End, PacketRates>>;
const places: Readonly<Record<End, string>> = { xdp: 'XDP', tc: 'tc' };

function packetFindings(packets: Packets): Finding[] {
  return (['xdp', 'tc'] as const).flatMap((end) => {
    const of = (name: string): Repeated =>
      packets[end].get(name) ?? { values: [], median: Number.NaN, stalls: 0 };
    const [plain, nft] = [of('forwarding'), of('nftables')];
    const what = `small packets, counted at ${places[end]}`;
    return [
      { what: `${what}, plain IP forwarding`, figure: million(plain.median) },
      { what: `${what}, nftables DNAT`, figure: million(nft.median) },
      ...(['gatewaying', 'masquerading'] as const).map((method) => {
        const rate = of(evsWay(end, method));
        const [overPlain, overNft] = [times(rate, plain), times(rate, nft)];
        return {
          what: `${what}, evs ${methods[method]}, ${places[end]}`,
          figure: `${million(rate.median)} = ${overPlain.toFixed(2)} × forwarding, ${overNft.toFixed(2)} × nftables`,
          goal: end === 'xdp' ? '≥ 3 × forwarding, ≥ 4.5 × nftables' : '≥ 1.2 × forwarding',
          met: end === 'xdp' ? overPlain >= 3 && overNft >= 4.5 : overPlain >= 1.2,
        };
      }),
    ];
  });
}

type Figures = Readonly<Record<Way, StreamFigures>>;

function streamFindings(figures: Figures): Finding[] {
  const { nftables, evs } = figures;
  const compare = (
    what: string,
    pick: (of: StreamFigures) => Repeated,
    show: (of: StreamFigures) => string,
    goal: number,
  ): Finding[] =>
    ways.map((way) => {
      const factor = times(pick(figures[way]), pick(nftables));
      const figure = `${show(figures[way])}${way === 'nftables' ? '' : `, ${factor.toFixed(2)} × nftables`}`;
      const base = { what: `${what}, ${names[way]}`, figure };
      return way === 'evs' ? { ...base, goal: `≥ ${goal} × nftables`, met: factor >= goal } : base;
    });
  const latency = (at: { median: number; p99: number }): string =>
    `median ${at.median.toFixed(2)} ms, p99 ${at.p99.toFixed(1)} ms`;
  return [
    ...compare(
      'bulk',
      (of) => of.bulkGbps,
      (of) => `${of.bulkGbps.median.toFixed(1)} Gbit/s`,
      1,
    ),
    ...compare(
      'requests, keep-alive',
      (of) => of.keepAlive,
      (of) => `${Math.round(of.keepAlive.median)}/s, ${latency(of.keepAliveMs)}`,
      1.1,
    ),
    ...compare(
      'requests, new connections',
      (of) => of.newConnections,
      (of) => `${Math.round(of.newConnections.median)}/s, ${latency(of.newConnectionMs)}`,
      1.4,
    ),
    {
      what: 'runs below half of the median, evs',
      figure: String(evs.stalls.length),
      goal: '0 of 33',
      met: evs.stalls.length === 0,
    },
    { what: 'failed requests, evs', figure: String(evs.errors), goal: '0', met: evs.errors === 0 },
  ];
}

/** Every run that fell to less than half of its median is named, whosever it is. */
function stallRemarks(packets: Packets, tcp: Figures): string[] {
  const ofPackets = (['xdp', 'tc'] as const).flatMap((end) =>
    [...packets[end]]
      .filter(([, { stalls }]) => stalls > 0)
      .map(
        ([name, { stalls, values }]) =>
          `small packets, counted at ${places[end]}, ${name}, ${stalls} of ${values.length} runs`,
      ),
  );
  const ofStreams = ways.flatMap((way) =>
    tcp[way].stalls.map((stall) => `${names[way]}, ${stall}`),
  );
  return [...ofPackets, ...ofStreams].map((text) => `Below half of the median: ${text}.`);
}
