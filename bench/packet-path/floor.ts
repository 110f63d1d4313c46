import { any, hashMap, struct, u32, u8, xdp, XdpVerdict, type Program } from '@evs/ebpf';
import { FlowKey4 } from '../../packages/evs/src/dataplane/layouts.ts';
import type { KernelProgram } from '../../packages/evs/src/linux/index.ts';
import {
  Ethernet,
  EtherType,
  fragmentMask,
  IpProtocol,
  Ipv4,
  Tcp,
} from '../../packages/evs/src/packet/index.ts';
import type { Balancer } from '../support/balancer.ts';
import { Maps } from '../support/maps.ts';

const Entry = struct('floor_entry', { seen: u32 });
const flows = hashMap({ name: 'floor', key: FlowKey4, value: Entry, capacity: 1 << 18 });

/**
 * The least that a balancer with a table of connections can do: parse, look one flow up, send. Emitted by the
 * same builder as the product.
 */
export class Floor implements Balancer {
  readonly program: Program = floorProgram();
  readonly #maps = new Maps();

  /** Knows the one flow of `clientFrame`. */
  constructor() {
    const key = {
      source: 0x2c00_0001,
      destination: 0x0a01_0001,
      sourcePort: 20_000,
      destinationPort: 80,
      protocol: IpProtocol.tcp,
    };
    this.#maps.open(flows).set(key, { seen: 1 });
  }

  load(program: Program): KernelProgram {
    return this.#maps.load(program);
  }

  [Symbol.dispose](): void {
    this.#maps[Symbol.dispose]();
  }
}

const floorProgram = (): Program =>
  xdp('floor', (b, packet) => {
    const { pass } = XdpVerdict;
    const head = packet.window(0, 34).orReturn(pass);
    b.if(head.view(Ethernet).get('etherType').ne(EtherType.ipv4), () => b.return(pass));
    const ip = head.view(Ipv4, Ethernet.sizeBytes);
    const headerBytes = ip.get('versionAndLength').to(u32).and(0x0f).shl(2);
    const protocol = ip.get('protocol');
    b.if(
      any(
        headerBytes.lt(20),
        ip.get('fragment').hasBits(fragmentMask),
        protocol.ne(IpProtocol.tcp),
      ),
      () => b.return(pass),
    );
    const tcp = packet.window(headerBytes.add(Ethernet.sizeBytes), Tcp.sizeBytes).orReturn(pass);
    const key = b.local(FlowKey4);
    key.copyBytes(0, ip, Ipv4.offsetOf('source'), 8);
    key.copyBytes(8, tcp.view(Tcp), 0, 4);
    key.store(u8, 12, protocol);
    b.lookup(flows, key).orReturn(pass);
    return XdpVerdict.transmit;
  });
