import type { Program } from '@evs/ebpf';
import type { ForwardingMethod } from '../../packages/evs/src/director/model.ts';
import { testRun } from '../../packages/evs/src/linux/index.ts';
import { TcpFlag } from '../../packages/evs/src/packet/index.ts';
import { BenchDirector, vip, vipPort } from '../support/bench-director.ts';
import type { Trial } from '../support/fastest.ts';
import { frame } from '../support/frames.ts';
import { prepend } from '../support/prepend.ts';
import { emptyProgram, prologue, type Flows } from './prologue.ts';

/** Two trials whose difference is what the program costs. */
export interface Case {
  readonly name: string;
  readonly trial: Trial;
  readonly base: Trial;
}

export const clientFrame = (tcpFlags: number): Uint8Array =>
  frame({
    source: '44.0.0.1',
    destination: vip,
    sourcePort: 20_000,
    destinationPort: vipPort,
    protocol: 'tcp',
    tcpFlags,
  });

/** XDP_TX: every way out of the benchmark's director is the device that the packet came from. */
export const transmit = 3;
const drop = 1;

/** A director with established connections, and the case that sends their packets. */
export function establishedCase(
  name: string,
  director: BenchDirector,
  program: Program,
  method: ForwardingMethod,
  flows: Flows,
): Case {
  const encapsulated = method === 'tunneling';
  const packet = encapsulated ? outer(clientFrame(TcpFlag.ack)) : clientFrame(TcpFlag.ack);
  openConnections(director, program, encapsulated, flows);
  return makeCase(name, director, program, packet, encapsulated, flows);
}

export function makeCase(
  name: string,
  director: BenchDirector,
  program: Program,
  packet: Uint8Array,
  encapsulated: boolean,
  flows: Flows,
): Case {
  const before = prologue(encapsulated ? packet.subarray(20) : packet, flows, encapsulated);
  const load = (what: Program) => director.load(prepend(before, what));
  return {
    name,
    trial: { name, program: load(program), packet, verdict: transmit },
    base: {
      name: `${name}, base`,
      program: load(emptyProgram(encapsulated)),
      packet,
      verdict: drop,
    },
  };
}

/** The handshake of every flow, through the program itself. */
function openConnections(
  director: BenchDirector,
  program: Program,
  encapsulated: boolean,
  flows: Flows,
): void {
  const [order, count]: [Flows, number] =
    flows.kind === 'one' ? [flows, 1] : [{ kind: 'inOrder', count: flows.count }, flows.count];
  for (const flags of [TcpFlag.syn, TcpFlag.ack]) {
    const packet = clientFrame(flags);
    using loaded = director.load(prepend(prologue(packet, order, encapsulated), program));
    const { verdict } = testRun(loaded, encapsulated ? outer(packet) : packet, { repeat: count });
    if (verdict !== transmit) throw new Error(`A handshake ended with verdict ${verdict}`);
  }
}

/** A frame as encapsulation leaves it: 20 more bytes in front. */
function outer(packet: Uint8Array): Uint8Array {
  const longer = new Uint8Array(packet.length + 20);
  longer.set(packet, 20);
  return longer;
}
