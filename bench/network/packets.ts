import {
  arrayMap,
  be16,
  packed,
  perCpuArrayMap,
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
  attachXdp,
  testRun,
  withNetworkNamespace,
  type KernelProgram,
} from '../../packages/evs/src/linux/index.ts';
import { EtherType, Ethernet, IpProtocol, Ipv4, Udp } from '../../packages/evs/src/packet/index.ts';
import { frame } from '../support/frames.ts';
import { Maps } from '../support/maps.ts';
import type { Line, Lines } from './line.ts';
import { atEnd } from './namespace.ts';

/** Flows that the packets of a load belong to: source ports from `firstPort` on. */
const flowCount = 256;
const firstPort = 20_000;

const Counter = struct('counter', { packets: u64 });
const Sequence = struct('sequence', { position: u32 });
/** The whole frame as 64-bit words, the last of them four bytes longer. */
const Frame = packed('frame', { head: reserved(60) });

/** Counts small UDP packets where they reach the real servers, and drops them there. */
export class Counting {
  readonly #maps = new Maps();
  readonly #arrived = perCpuArrayMap({ name: 'arrived', value: Counter, capacity: 1 });
  readonly #program: KernelProgram;

  constructor() {
    atEnd(() => this.#maps[Symbol.dispose]());
    this.#program = this.#maps.load(
      xdp('count', (b, packet) => {
        const { pass, drop } = XdpVerdict;
        const head = packet.window(0, 42).orReturn(pass);
        b.if(head.view(Ethernet).get('etherType').ne(EtherType.ipv4), () => b.return(pass));
        const protocol = head.view(Ipv4, Ethernet.sizeBytes).get('protocol');
        b.if(protocol.ne(IpProtocol.udp), () => b.return(pass));
        const counter = b.lookup(this.#arrived, 0).orReturn(pass);
        counter.set('packets', counter.get('packets').add(1));
        return drop;
      }),
    );
  }

  attach(lines: Lines, { serverDevice }: Line): void {
    const ifindex = lines.servers.ifindex(serverDevice);
    const link = withNetworkNamespace(lines.servers.path, () =>
      attachXdp(this.#program, ifindex, 'native'),
    );
    atEnd(() => link[Symbol.dispose]());
  }

  get packets(): number {
    return this.#maps
      .open(this.#arrived)
      .getPerCpu({ index: 0 })
      .reduce((total, { packets }) => total + Number(packets), 0);
  }
}

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
