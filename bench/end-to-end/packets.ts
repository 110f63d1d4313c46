import { setTimeout as sleep } from 'node:timers/promises';
import { Counting, type End } from '../network/counting.ts';
import * as directors from '../network/directors.ts';
import { Lines, type Line } from '../network/line.ts';
import { undoAll } from '../network/namespace.ts';
import { packetRates, takeLiveFrames, type PacketLoad } from '../network/packet-rate.ts';
import type { Repeated } from '../support/repeated.ts';

const udpMethods = ['masquerading', 'gatewaying'] as const;
const { ports } = directors;

/** The name of a way of the product's in the result of `smallPackets`. */
export const evsWay = (hook: 'tc' | 'xdp', method: (typeof udpMethods)[number]): string =>
  `evs ${hook} ${method}`;

/** Rates by way, of packets that are all counted at the same kind of place. */
export type PacketRates = ReadonlyMap<string, Repeated>;

/** Small UDP packets a second through each way. The product runs at the hook at which packets are counted. */
export async function smallPackets(options: {
  readonly end: End;
  readonly rounds: number;
  readonly batches: number;
}): Promise<PacketRates> {
  const { end } = options;
  const lines = new Lines();
  try {
    const counting = new Counting(end);
    const prepare = (setUp: (line: Line) => void): Line => {
      const line = lines.add();
      setUp(line);
      counting.attach(lines, line);
      takeLiveFrames(line);
      return line;
    };
    const loads = [
      throughForwarding(prepare(directors.plainForwarding)),
      masqueraded('nftables', prepare(directors.nftables)),
      ...throughEvs(
        end,
        prepare((line) => directors.evs(line, end)),
      ),
    ];
    await sleep(1500);
    return packetRates(lines, counting, loads, options);
  } finally {
    undoAll();
  }
}

const throughForwarding = (line: Line): PacketLoad => ({
  name: 'forwarding',
  line,
  destination: line.realServers[0],
  port: ports.masquerading,
});

const masqueraded = (name: string, line: Line): PacketLoad => ({
  name,
  line,
  destination: line.vip,
  port: ports.masquerading,
});

const throughEvs = (hook: 'tc' | 'xdp', line: Line): PacketLoad[] =>
  udpMethods.map((method) => ({
    name: evsWay(hook, method),
    line,
    destination: line.vip,
    port: ports[method],
  }));
