import { any, hashMap, struct, u32, u8, xdp, XdpVerdict, type Program } from '@evs/ebpf';
import { EtherType, Ethernet, fragmentMask, IpProtocol, Ipv4, Ports } from '../../packages/evs/src/packet/index.ts';
import { FlowKey4 } from '../../packages/evs/src/dataplane/layouts.ts';

const Entry = struct('floor_entry', { seen: u32 });
export const floorMap = hashMap({ name: 'floor', key: FlowKey4, value: Entry, capacity: 1 << 18 });

/**
 * The least that a balancer with a table of connections can do: parse, look one flow up, send. Emitted by the
 * same builder as the product.
 */
export const floorProgram = (): Program =>
  xdp('floor', (b, packet) => {
    const pass = XdpVerdict.pass;
    const head = packet.window(0, 34).orReturn(pass);
    b.if(head.view(Ethernet).get('etherType').ne(EtherType.ipv4), () => b.return(pass));
    const ip = head.view(Ipv4, Ethernet.sizeBytes);
    const headerBytes = ip.get('versionAndLength').to(u32).and(0x0f).shl(2);
    const protocol = ip.get('protocol');
    b.if(
      any(headerBytes.lt(20), ip.get('fragment').hasBits(fragmentMask), protocol.ne(IpProtocol.tcp)),
      () => b.return(pass),
    );
    const ports = packet.window(headerBytes.add(14), 20).orReturn(pass).view(Ports);
    const key = b.local(FlowKey4);
    key.copyBytes(0, ip, Ipv4.offsetOf('source'), 8);
    key.copyBytes(8, ports, 0, 4);
    key.store(u8, 12, protocol);
    b.lookup(floorMap, key).orReturn(pass);
    return XdpVerdict.transmit;
  });
