import {
  perCpuArrayMap,
  struct,
  tc,
  TcVerdict,
  u64,
  xdp,
  XdpVerdict,
  type Builder,
  type Packet,
} from '@evs/ebpf';
import {
  attachTcx,
  attachXdp,
  withNetworkNamespace,
  type KernelProgram,
  type Link,
} from '../../packages/evs/src/linux/index.ts';
import { EtherType, Ethernet, IpProtocol, Ipv4 } from '../../packages/evs/src/packet/index.ts';
import { Maps } from '../support/maps.ts';
import type { Line, Lines } from './line.ts';
import { atEnd } from './namespace.ts';

const Counter = struct('counter', { packets: u64 });
const arrived = perCpuArrayMap({ name: 'arrived', value: Counter, capacity: 1 });

/** Where packets are counted and dropped at the real servers: as they come out of the driver, or as packet buffers. */
export type End = 'xdp' | 'tc';

/** Counts small UDP packets where they reach the real servers, and drops them there. */
export class Counting {
  readonly #maps = new Maps();
  readonly #program: KernelProgram;
  readonly #end: End;

  constructor(end: End) {
    atEnd(() => this.#maps[Symbol.dispose]());
    this.#end = end;
    const { pass, drop } =
      end === 'xdp' ? XdpVerdict : { pass: TcVerdict.ok, drop: TcVerdict.drop };
    const body = (b: Builder, packet: Packet): number => {
      const head = packet.window(0, 42).orReturn(pass);
      b.if(head.view(Ethernet).get('etherType').ne(EtherType.ipv4), () => b.return(pass));
      const protocol = head.view(Ipv4, Ethernet.sizeBytes).get('protocol');
      b.if(protocol.ne(IpProtocol.udp), () => b.return(pass));
      const counter = b.lookup(arrived, 0).orReturn(pass);
      counter.set('packets', counter.get('packets').add(1));
      return drop;
    };
    this.#program = this.#maps.load(end === 'xdp' ? xdp('count', body) : tc('count', body));
  }

  attach(lines: Lines, { serverDevice }: Line): void {
    const ifindex = lines.servers.ifindex(serverDevice);
    const link = withNetworkNamespace(lines.servers.path, () => this.#attach(ifindex));
    atEnd(() => link[Symbol.dispose]());
  }

  #attach(ifindex: number): Link {
    return this.#end === 'xdp'
      ? attachXdp(this.#program, ifindex, 'native')
      : attachTcx(this.#program, ifindex, 'ingress');
  }

  get packets(): number {
    return this.#maps
      .open(arrived)
      .getPerCpu({ index: 0 })
      .reduce((total, { packets }) => total + Number(packets), 0);
  }
}
