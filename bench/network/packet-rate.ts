import { repeated, type Repeated } from '../support/repeated.ts';
import type { Counting } from './counting.ts';
import type { Line, Lines } from './line.ts';
import { run } from './namespace.ts';
import { Generator } from './packets.ts';

/** Where a load of packets goes to. */
export interface PacketLoad {
  readonly name: string;
  readonly line: Line;
  readonly destination: string;
  readonly port: number;
}

/** Without an XDP program of its own, a veth device takes live frames only if it merges what it receives. */
export const takeLiveFrames = ({ director }: Line): string =>
  director.run('ethtool', '-K', 'd0', 'gro', 'on');

const batch = 64;

/**
 * Packets a second that reach the real servers under each load, in turns: values of one round belong together.
 * Sender, director and receiver run one after the other on one processor, at a real-time priority: what else the
 * machine does hardly disturbs them.
 */
export function packetRates(
  lines: Lines,
  counting: Counting,
  loads: readonly PacketLoad[],
  options: { readonly rounds: number; readonly batches: number },
): ReadonlyMap<string, Repeated> {
  const generators = loads.map(
    (load) => [load.name, new Generator(lines, load.line, load.destination, load.port)] as const,
  );
  const rates = new Map<string, number[]>();
  const oneRound = (): void => {
    for (const [name, generator] of generators) {
      const before = counting.packets;
      const elapsedNs = generator.send(options.batches * batch);
      const rate = ((counting.packets - before) * 1e9) / elapsedNs;
      rates.set(name, [...(rates.get(name) ?? []), rate]);
    }
  };
  // The first packets wake things up: neighbours are found, flows opened.
  for (const [, generator] of generators) generator.send(64 * batch);
  atRealTime(() => {
    for (let round = 0; round < options.rounds; round++) oneRound();
  });
  return new Map([...rates].map(([name, values]) => [name, repeated(values)]));
}

/** Runs `body` with this thread before all that is not real-time. */
function atRealTime(body: () => void): void {
  run('chrt', '--fifo', '--pid', '1', String(process.pid));
  try {
    body();
  } finally {
    run('chrt', '--other', '--pid', '0', String(process.pid));
  }
}
