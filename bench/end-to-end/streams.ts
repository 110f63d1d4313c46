import { setTimeout as sleep } from 'node:timers/promises';
import * as directors from '../network/directors.ts';
import { Lines } from '../network/line.ts';
import { undoAll } from '../network/namespace.ts';
import { startServers, temporaryFile } from '../network/servers.ts';
import { medianOf, repeated, type Repeated } from '../support/repeated.ts';
import { iperf, wrk, type WebLoad } from './tools.ts';
import { tell, Witness, type Happenings } from './witness.ts';

export const ways = ['direct', 'forwarding', 'nftables', 'haproxy', 'evs'] as const;
export type Way = (typeof ways)[number];

/** The figures of one way of reaching the servers. */
export interface StreamFigures {
  readonly bulkGbps: Repeated;
  readonly keepAlive: Repeated;
  readonly newConnections: Repeated;
  readonly keepAliveMs: { readonly median: number; readonly p99: number };
  readonly newConnectionMs: { readonly median: number; readonly p99: number };
  readonly errors: number;
  /** Runs below half of their median, and what was seen of the machine meanwhile. */
  readonly stalls: readonly string[];
}

interface Run<T> {
  readonly result: T;
  readonly seen: Happenings;
}
interface Round {
  readonly bulkGbps: Run<number>;
  readonly keepAlive: Run<WebLoad>;
  readonly newConnections: Run<WebLoad>;
}

/** TCP through each way, in turns. */
export async function streams(options: {
  readonly rounds: number;
  readonly seconds: number;
}): Promise<Readonly<Record<Way, StreamFigures>>> {
  const lines = new Lines();
  try {
    const targets = ways.map((way) => [way, build(lines, way)] as const);
    startServers(lines);
    await sleep(1500);
    const witness = new Witness(lines);
    const rounds: Partial<Record<Way, Round[]>> = {};
    for (let round = 0; round < options.rounds; round++) {
      for (const [way, address] of targets) {
        const { client } = lines;
        const { seconds } = options;
        const load = (newConnections: boolean) =>
          witness.watch(() => wrk(client, address, { seconds, newConnections }));
        (rounds[way] ??= []).push({
          bulkGbps: witness.watch(() => iperf(client, address, seconds)),
          keepAlive: load(false),
          newConnections: load(true),
        });
      }
    }
    return Object.fromEntries(ways.map((way) => [way, figuresOf(rounds[way] ?? [])])) as Record<
      Way,
      StreamFigures
    >;
  } finally {
    undoAll();
  }
}

/** Sets a way up; returns the address that clients use. */
function build(lines: Lines, way: Way): string {
  if (way === 'direct') return lines.addDirect();
  const line = lines.add();
  if (way === 'forwarding') {
    directors.plainForwarding(line);
    return line.realServers[0];
  }
  if (way === 'nftables') directors.nftables(line);
  else if (way === 'haproxy') directors.haproxy(line, (text) => temporaryFile('haproxy.cfg', text));
  else directors.evs(line, 'tc');
  return line.vip;
}

function figuresOf(rounds: readonly Round[]): StreamFigures {
  const web = (kind: 'keepAlive' | 'newConnections') => {
    const loads = rounds.map((round) => round[kind].result);
    return {
      rate: repeated(loads.map(({ requestsPerSecond }) => requestsPerSecond)),
      latency: {
        median: medianOf(loads.map(({ medianMs }) => medianMs)),
        p99: medianOf(loads.map(({ p99Ms }) => p99Ms)),
      },
      errors: loads.reduce((sum, { errors }) => sum + errors, 0),
    };
  };
  const [keepAlive, newConnections] = [web('keepAlive'), web('newConnections')];
  const bulkGbps = repeated(rounds.map((round) => round.bulkGbps.result));
  return {
    bulkGbps,
    keepAlive: keepAlive.rate,
    newConnections: newConnections.rate,
    keepAliveMs: keepAlive.latency,
    newConnectionMs: newConnections.latency,
    errors: keepAlive.errors + newConnections.errors,
    stalls: [
      ...stallsOf('bulk', bulkGbps, rounds, (round) => round.bulkGbps),
      ...stallsOf('keep-alive', keepAlive.rate, rounds, (round) => round.keepAlive),
      ...stallsOf('new connections', newConnections.rate, rounds, (round) => round.newConnections),
    ],
  };
}

const stallsOf = (
  kind: string,
  { values, median }: Repeated,
  rounds: readonly Round[],
  pick: (round: Round) => Run<unknown>,
): string[] =>
  rounds.flatMap((round, index) => {
    const share = (values[index] ?? 0) / median;
    if (share >= 0.5) return [];
    const which = `run ${index + 1} of ${rounds.length} at ${Math.round(share * 100)} %`;
    return [`${kind}, ${which}: ${tell(pick(round).seen)}`];
  });
