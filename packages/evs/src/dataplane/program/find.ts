import { u32, type Optional, type Pointer, type U32, type Value } from '@evs/ebpf';
import type { Connection, RealServerSlot, ServiceIndex } from '../layouts.ts';
import { drop, type Assembly } from './assembly.ts';
import type { Flow } from './parse.ts';
import { retire } from './retire.ts';

/** The flow's connection, if it has one that lives. One that has just expired is put away. */
export function findConnection(a: Assembly, flow: Flow): Optional<Pointer<typeof Connection>> {
  const { b, features, maps } = a;
  return b.within('find_connection', () =>
    b.lookup(flow.family.connections, flow.key).where(
      (connection) => connection.get('expires').gt(a.now),
      (connection) => retire(b, features, maps, flow.family, flow.key, connection),
    ),
  );
}

/** Index of the service that the packet is for: protocol, VIP and port are all exact. */
export function findService(a: Assembly, flow: Flow): Optional<Pointer<typeof ServiceIndex>> {
  const { b } = a;
  return b.within('find_service', () => {
    const { family, ip, ports } = flow;
    const size = family.addressBytes;
    const key = b.local(family.ServiceKey);
    key.copyBytes(0, ip, family.sourceAt + size, size);
    key.copyBytes(size, ports, 2, 2);
    key.store(u32, size, ports.load(u32, 0).shr(16).or(flow.protocol.to(u32).shl(16)));
    return b.lookup(family.services, key);
  });
}

/** The slot of a connection's real server; drops what has lost its real server, as ip_vs does. */
export function findRealServer(a: Assembly, slot: Value<U32>): Pointer<typeof RealServerSlot> {
  return a.b.within('find_real_server', () =>
    a.b.lookup(a.maps.realServers, slot).orElse(() => drop(a, 'real server deleted')),
  );
}
