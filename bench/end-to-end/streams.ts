import { setTimeout as sleep } from 'node:timers/promises';
import * as directors from '../network/directors.ts';
import { Lines } from '../network/line.ts';
import { undoAll } from '../network/namespace.ts';
import { startServers, temporaryFile } from '../network/servers.ts';
import { medianOf, repeated, type Repeated } from '../support/repeated.ts';
import { iperf, wrk, type WebLoad } from './tools.ts';

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
}

interface Round {
  readonly bulkGbps: number;
  readonly keepAlive: WebLoad;
  readonly newConnections: WebLoad;
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
    await sleep(1000);
    const rounds: Partial<Record<Way, Round[]>> = {};
    for (let round = 0; round < options.rounds; round++) {
      for (const [way, address] of targets) {
        const { client } = lines;
        const load = (newConnections: boolean): WebLoad =>
          wrk(client, address, { seconds: options.seconds, newConnections });
        (rounds[way] ??= []).push({
          bulkGbps: iperf(client, address, options.seconds),
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
  const latency = (of: (round: Round) => WebLoad) => ({
    median: medianOf(rounds.map((round) => of(round).medianMs)),
    p99: medianOf(rounds.map((round) => of(round).p99Ms)),
  });
  return {
    bulkGbps: repeated(rounds.map((round) => round.bulkGbps)),
    keepAlive: repeated(rounds.map((round) => round.keepAlive.requestsPerSecond)),
    newConnections: repeated(rounds.map((round) => round.newConnections.requestsPerSecond)),
    keepAliveMs: latency((round) => round.keepAlive),
    newConnectionMs: latency((round) => round.newConnections),
    errors: rounds.reduce(
      (sum, round) => sum + round.keepAlive.errors + round.newConnections.errors,
      0,
    ),
  };
}
