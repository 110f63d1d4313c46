import { setTimeout as sleep } from 'node:timers/promises';
import { Counting } from '../network/counting.ts';
import * as directors from '../network/directors.ts';
import { Lines, type Line } from '../network/line.ts';
import { undoAll } from '../network/namespace.ts';
import { packetRates, takeLiveFrames, type PacketLoad } from '../network/packet-rate.ts';
import type { Repeated } from '../support/repeated.ts';

/** Packet rates of `ip_vs` and of the product, by name and method. */
export async function compareWithKernel(): Promise<Readonly<Record<string, Repeated>>> {
  const lines = new Lines();
  try {
    const counting = new Counting('xdp');
    const loads = (
      [
        ['ip_vs', directors.kernelIpvs],
        ['evs', (line: Line) => directors.evs(line, 'xdp')],
      ] as const
    ).flatMap(([name, setUp]) => {
      const line = lines.add();
      setUp(line);
      counting.attach(lines, line);
      takeLiveFrames(line);
      return (['gatewaying', 'masquerading'] as const).map((method) => load(name, line, method));
    });
    await sleep(2000);
    return Object.fromEntries(packetRates(lines, counting, loads, { rounds: 100, batches: 40 }));
  } finally {
    undoAll();
  }
}

const load = (name: string, line: Line, method: 'gatewaying' | 'masquerading'): PacketLoad => ({
  name: `${name} ${method}`,
  line,
  destination: line.vip,
  port: directors.ports[method],
});
