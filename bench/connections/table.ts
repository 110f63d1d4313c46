import { TcpFlag } from '../../packages/evs/src/packet/index.ts';
import type { ForwardingMethod, SchedulerName } from '../../packages/evs/src/director/model.ts';
import { testRun } from '../../packages/evs/src/linux/index.ts';
import { clientFrame } from '../packet-path/cases.ts';
import { prologue } from '../packet-path/prologue.ts';
import { BenchDirector } from '../support/bench-director.ts';
import { prepend } from '../support/prepend.ts';

export const count = 1_000_000;
export const tableSize = 1 << 20;

/** A director for one TCP service whose table has room for a million connections. */
export const roomyDirector = (
  method: ForwardingMethod,
  scheduler: SchedulerName = 'rr',
  realServers = 2,
): BenchDirector =>
  new BenchDirector({
    method,
    protocols: ['tcp'],
    localClients: false,
    capacities: { connections: tableSize },
    scheduler,
    realServers,
  });

/** Establishes as many connections: each has sent its SYN and an ACK. */
export function open(director: BenchDirector, connections: number): void {
  for (const flags of [TcpFlag.syn, TcpFlag.ack]) {
    const packet = clientFrame(flags);
    const flows = prologue(packet, { kind: 'inOrder', count: 1 << 24 }, false);
    using program = director.load(prepend(flows, director.program));
    for (const map of flows.maps)
      director.store.forProgram(flows).get(map)?.set({ index: 0 }, { position: 0 });
    testRun(program, packet, { repeat: connections });
  }
}
