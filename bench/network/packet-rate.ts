import { repeated, type Repeated } from '../support/repeated.ts';
import type { Line, Lines } from './line.ts';
import type { Counting } from './packets.ts';
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

/** Packets a second that reach the real servers under each load, in turns: values of one round belong together. */
export function packetRates(
  lines: Lines,
  counting: Counting,
  loads: readonly PacketLoad[],
  options: { readonly rounds: number; readonly packets: number },
): ReadonlyMap<string, Repeated> {
  const generators = loads.map(
    (load) => [load.name, new Generator(lines, load.line, load.destination, load.port)] as const,
  );
  const rates = new Map<string, number[]>();
  for (let round = -1; round < options.rounds; round++) {
    for (const [name, generator] of generators) {
      const before = counting.packets;
      const elapsedNs = generator.send(options.packets);
      const arrived = counting.packets - before;
      // The first round only wakes things up: neighbours are found, flows opened.
      if (round >= 0) rates.set(name, [...(rates.get(name) ?? []), (arrived * 1e9) / Number(elapsedNs)]);
      else if (arrived === 0) throw new Error(`No packet arrived: ${name}`);
    }
  }
  return new Map([...rates].map(([name, values]) => [name, repeated(values)]));
}
