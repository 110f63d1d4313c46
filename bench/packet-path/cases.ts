import { xdp, XdpVerdict, type Program } from '@evs/ebpf';
import type { ForwardingMethod } from '../../packages/evs/src/director/model.ts';
import { testRun } from '../../packages/evs/src/linux/index.ts';
import { TcpFlag } from '../../packages/evs/src/packet/index.ts';
import type { Balancer } from '../support/balancer.ts';
import { vip, vipPort } from '../support/bench-director.ts';
import type { Trial } from '../support/fastest.ts';
import { frame } from '../support/frames.ts';
import { prepend } from '../support/prepend.ts';
import { prologue, type Flows } from './prologue.ts';

/** Two trials whose difference is what the program costs. */
export interface Case {
  readonly name: string;
  readonly trial: Trial;
  readonly base: Trial;
  /** Moves the head of the packet and back, which is in both trials once and twice: see `restoring`. */
  readonly pair?: Trial;
}

const outerBytes = 20;

export const clientFrame = (tcpFlags: number, destination = vip): Uint8Array =>
  frame({
    source: '44.0.0.1',
    destination,
    sourcePort: 20_000,
    destinationPort: vipPort,
    protocol: 'tcp',
    tcpFlags,
  });

/** Established connections of a balancer, and the case that sends their packets. */
export function established(
  name: string,
  balancer: Balancer,
  method: ForwardingMethod,
  flows: Flows,
): Case {
  const [order, count]: [Flows, number] =
    flows.kind === 'one' ? [flows, 1] : [{ kind: 'inOrder', count: flows.count }, flows.count];
  for (const flags of [TcpFlag.syn, TcpFlag.ack]) {
    const { trial } = restoring(name, balancer, method, clientFrame(flags), order);
    const { verdict } = testRun(trial.program, trial.packet, { repeat: count });
    if (verdict !== trial.verdict) throw new Error(`A handshake ended with verdict ${verdict}`);
    trial.program[Symbol.dispose]();
  }
  return restoring(name, balancer, method, clientFrame(TcpFlag.ack), flows);
}

/** A SYN of another flow in each run. */
export const opening = (name: string, balancer: Balancer, method: ForwardingMethod): Case =>
  restoring(name, balancer, method, clientFrame(TcpFlag.syn), { kind: 'inOrder', count: 1 << 24 });

/**
 * A prologue makes each run's packet, in the trial before the balancer and in the base before a program that drops
 * it. Encapsulation moves the head of the packet: the prologue moves it back, and the base's program forth, which
 * is one move more than the prologue's; half of a pair of moves corrects that.
 */
function restoring(
  name: string,
  balancer: Balancer,
  method: ForwardingMethod,
  packet: Uint8Array,
  flows: Flows,
): Case {
  const encapsulated = method === 'tunneling';
  const before = prologue(packet, flows, encapsulated);
  const given = encapsulated ? Uint8Array.from([...new Uint8Array(outerBytes), ...packet]) : packet;
  const trial = (suffix: string, program: Program, verdict: number): Trial => ({
    name: `${name}${suffix}`,
    program: balancer.load(program),
    packet: given,
    verdict,
  });
  const { drop, transmit } = XdpVerdict;
  return {
    name,
    trial: trial('', prepend(before, balancer.program), transmit),
    base: trial(' (base)', prepend(before, moving(encapsulated ? [-outerBytes] : [])), drop),
    ...(encapsulated && { pair: trial(' (pair)', moving([-outerBytes, outerBytes]), drop) }),
  };
}

/** A packet that the balancer leaves alone needs no prologue. */
export function untouched(name: string, balancer: Balancer, packet: Uint8Array): Case {
  const { drop, pass } = XdpVerdict;
  const base = balancer.load(moving([]));
  return {
    name,
    trial: { name, program: balancer.load(balancer.program), packet, verdict: pass },
    base: { name: `${name} (base)`, program: base, packet, verdict: drop },
  };
}

/** Drops the packet after moving its head. */
const moving = (moves: readonly number[]): Program =>
  xdp('empty', (b, packet) => {
    for (const bytes of moves) b.helper('xdp_adjust_head', packet.context, bytes);
    return XdpVerdict.drop;
  });
