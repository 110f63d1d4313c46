import {
  arrayMap,
  be16,
  packed,
  reserved,
  struct,
  u16,
  u32,
  u64,
  xdp,
  XdpVerdict,
  type Program,
} from '@evs/ebpf';
import {
  testRun,
  withNetworkNamespace,
  type KernelProgram,
} from '../../packages/evs/src/linux/index.ts';
import { Udp } from '../../packages/evs/src/packet/index.ts';
import { frame } from '../support/frames.ts';
import { Maps } from '../support/maps.ts';
import type { Line, Lines } from './line.ts';
import { atEnd } from './namespace.ts';

/** Flows that the packets of a load belong to: source ports from `firstPort` on. */
const flowCount = 256;
const firstPort = 20_000;

const Sequence = struct('sequence', { position: u32 });
/** The whole frame as 64-bit words, the last of them four bytes longer. */
const Frame = packed('frame', { head: reserved(60) });

/** Sends small UDP packets as fast as it can: live frames of BPF_PROG_TEST_RUN, without any socket. */
export class Generator {
  readonly #maps = new Maps();
  readonly #program: KernelProgram;
  readonly #packet: Uint8Array;
  readonly #namespace: string;

  constructor(lines: Lines, line: Line, destination: string, port: number) {
    atEnd(() => this.#maps[Symbol.dispose]());
    this.#namespace = lines.client.path;
    this.#packet = frame({
      source: line.client,
      destination,
      sourcePort: firstPort,
      destinationPort: port,
      protocol: 'udp',
    });
    const macs = `${line.director.mac('d0')}:${lines.client.mac(line.clientDevice)}`;
    this.#packet.set(macs.split(':').map((byte) => Number.parseInt(byte, 16)));
    this.#program = this.#maps.load(sending(this.#packet, lines.client.ifindex(line.clientDevice)));
  }

  /**
   * Sends this many packets, a multiple of 64, and returns how many nanoseconds that took by the kernel's own
   * clock: it starts after the preparations and stands still while the kernel lets others run.
   */
  send(packets: number): number {
    return withNetworkNamespace(this.#namespace, () => {
      const options = { repeat: packets, liveFrames: true };
      return packets * testRun(this.#program, this.#packet, options).durationNs;
    });
  }
}

/**
 * Writes the whole frame each time, since the kernel sends its pages again as the director left them, and gives the
 * next flow's port to it. What the port gains a word of the data loses: the checksum stays right.
 */
function sending(packet: Uint8Array, ifindex: number): Program {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const sequence = arrayMap({ name: 'sequence', value: Sequence, capacity: 1 });
  const dataAt = 42;
  return xdp('send', (b, given) => {
    const whole = given.window(0, Frame.sizeBytes).orReturn(XdpVerdict.drop).view(Frame);
    const state = b.staticValue(sequence);
    const flow = state.get('position').add(1);
    state.set('position', flow);
    const number = flow.and(flowCount - 1).to(u16);
    for (let at = 0; at < dataAt; at += 8) whole.store(u64, at, view.getBigUint64(at, true));
    const udp = given.window(34, Udp.sizeBytes).orReturn(XdpVerdict.drop).view(Udp);
    udp.set('sourcePort', number.add(firstPort).network());
    whole.store(be16, dataAt, number.negate().sub(1).network());
    return b.helper('redirect', ifindex, 0).to(u32);
  });
}
