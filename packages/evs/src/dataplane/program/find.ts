import {
  all,
  any,
  be16,
  u32,
  type Condition,
  type Optional,
  type Pointer,
  type U32,
  type Value,
} from '@evs/ebpf';
import { IpProtocol, TcpFlag } from '../../packet/index.ts';
import {
  ConnectionFlag,
  RealServerFlag,
  stateMask,
  type Connection,
  type RealServerSlot,
  type ServiceIndex,
} from '../layouts.ts';
import { drop, type Assembly, type Features } from './assembly.ts';
import { findMarkService } from './mark.ts';
import { portsOf, type Flow, type Origin } from './parse.ts';
import { retire } from './retire.ts';

/**
 * The flow's connection, if it has one that lives. One that has just expired is put away, and so is one that
 * has ended when a client opens a new one with its ports (conn_reuse_mode), or whose real server is gone
 * (expire_nodest_conn): the flow is then scheduled anew.
 */
export function findConnection(a: Assembly, flow: Flow): Optional<Pointer<typeof Connection>> {
  const { b, features, maps, now } = a;
  return b.within('find_connection', () =>
    b.lookup(flow.family.connections, flow.key).where(
      (connection) => {
        return all(
          connection.get('expires').gt(now),
          ...(opensVisibly(features) ? [continues(a, flow, connection)] : []),
          ...(leavesDeadServers(features) ? [() => hasRealServer(a, flow, connection)] : []),
        );
      },
      (connection) => {
        if (opensVisibly(features) || leavesDeadServers(features)) {
          b.if(connection.get('expires').gt(now), () => connection.set('expires', now));
        }
        retire(b, features, maps, flow.family, flow.key, connection);
      },
    ),
  );
}

/** Some protocol tells its first packet from the others. */
const opensVisibly = ({ tcp, sctp }: Features): boolean => tcp || sctp;

const leavesDeadServers = (features: Features): boolean =>
  features.settings.includes('expire_nodest_conn');

/** The packet cannot be the first of a connection. */
const goesOn = (flow: Flow): Condition => flow.flags.and(TcpFlag.syn).eq(0);

/** A client's packet goes on with a connection; it does not open another one with the same ports. */
function continues(
  { b, maps, features }: Assembly,
  flow: Flow,
  connection: Pointer<typeof Connection>,
): Condition {
  return any(goesOn(flow), () => {
    const word = connection.get('word');
    const settings = b.staticValue(maps.settings);
    const renewed = b.select(
      word.hasBits(ConnectionFlag.noOutput),
      u32,
      () => settings.get('renewedOneSided'),
      () => settings.get('renewed'),
    );
    const ended = renewed.shr(word.and(stateMask)).and(1);
    if (!features.persistence) return ended.eq(0);
    // The client's template would choose the same real server.
    return any(ended.eq(0), word.hasBits(ConnectionFlag.controlled));
  });
}

/** The connection's real server is configured; for a packet that opens a connection, it takes new ones. */
function hasRealServer(
  { b, maps }: Assembly,
  flow: Flow,
  connection: Pointer<typeof Connection>,
): Condition {
  const found = b.variable(u32, 0);
  b.lookup(maps.realServers, connection.get('realServer')).match((server) => {
    const serves = all(isAvailable(server), any(goesOn(flow), server.get('weight').ne(0)));
    b.if(serves, () => found.set(1));
  });
  return found.ne(0);
}
/** Index of the service that the packet is for: of its firewall mark, else of its VIP. Passes all others. */
export const findService = (a: Assembly, flow: Origin): Pointer<typeof ServiceIndex> =>
  a.features.marks
    ? findMarkService(a, flow).orElse(() => findAddressService(a, flow))
    : findAddressService(a, flow);

/**
 * The service of the VIP and port, else (TCP) that of port 21 for data connections of FTP, else that for every
 * port. Passes what no service wants.
 */
function findAddressService(a: Assembly, flow: Origin): Pointer<typeof ServiceIndex> {
  const { b, features, verdict } = a;
  return b.within('find_service', () => {
    const { family } = flow;
    const size = family.addressBytes;
    const key = b.local(family.ServiceKey);
    key.copyBytes(0, flow.key, size, size);
    key.store(
      u32,
      size,
      flow.key
        .load(u32, 2 * size)
        .shr(16)
        .or(flow.protocol.to(u32).shl(16)),
    );
    const of = (port: number): Optional<Pointer<typeof ServiceIndex>> => {
      key.store(be16, size, port);
      return b.lookup(family.services, key);
    };
    const exact = b.lookup(family.services, key);
    if (features.ftp && features.anyPort) {
      return exact.orElse(() =>
        b.whenever(mayBeFtpData(flow), () => of(21)).orElse(() => of(0).orReturn(verdict.pass)),
      );
    }
    if (features.ftp) {
      return exact.orElse(() =>
        b.whenever(mayBeFtpData(flow), () => of(21)).orReturn(verdict.pass),
      );
    }
    if (features.anyPort) return exact.orElse(() => of(0).orReturn(verdict.pass));
    return exact.orReturn(verdict.pass);
  });
}

/** First of the ports that need no privilege: `ip_unprivileged_port_start` where nobody has changed it. */
const firstUnprivilegedPort = 1024;

/** Connections of FTP clients that a service on port 21 takes, as in ip_vs. */
function mayBeFtpData(flow: Origin): Condition {
  const port = portsOf(flow).destination.host();
  return all(flow.protocol.eq(IpProtocol.tcp), any(port.eq(20), port.ge(firstUnprivilegedPort)));
}

/** The slot of a connection's real server; drops what has lost its real server, as ip_vs does. */
export function findRealServer(a: Assembly, slot: Value<U32>): Pointer<typeof RealServerSlot> {
  return a.b.within('find_real_server', () =>
    a.b.lookup(a.maps.realServers, slot).orElse(() => drop(a, 'real server deleted')),
  );
}

/** It is configured: packets of its connections are forwarded. */
export const isAvailable = (server: Pointer<typeof RealServerSlot>): Condition =>
  server.get('flags').hasBits(RealServerFlag.available);

/** It is the director itself. */
export const isLocalNode = (server: Pointer<typeof RealServerSlot>): Condition =>
  server.get('flags').hasBits(RealServerFlag.local);
