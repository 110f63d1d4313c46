import { all, u16, u32, type Pointer, type U32, type Value } from '@evs/ebpf';
import { ConnectionFlag, type Connection, type RealServerSlot } from '../layouts.ts';
import { account, accountConnection } from './account.ts';
import { drop, type Assembly, type MethodName } from './assembly.ts';
import { clampSegments } from './clamp-segments.ts';
import { byVariant, sendByTunnel, tunnelLimit } from './encapsulate.ts';
import { findRealServer, isAvailable, isLocalNode } from './find.ts';
import { isFlow, type Datagram, type Flow } from './parse.ts';
import { checkLength, plainLimit } from './path-mtu.ts';
import { rewrite, type Rewrite } from './rewrite.ts';
import { addressFrame, isResolved, sendToServer } from './send.ts';
import { decrementTimeToLive } from './time-to-live.ts';
import { track } from './track.ts';

type ConnectionPointer = Pointer<typeof Connection>;
type ServerPointer = Pointer<typeof RealServerSlot>;

/** Moves a connection on when one of its packets is sure to be forwarded from here. */
type Follow = (connection: ConnectionPointer, server: ServerPointer) => void;

/** A client's packet: counts it and sends it to its connection's real server. */
export const forward = (a: Assembly, flow: Flow, connection: ConnectionPointer): void =>
  forwardFollowed(a, flow, connection, (of, server) => track(a, flow, of, server, 'input'));

/** A datagram that is all of its connection, which is in no table. */
export const forwardOnce = (a: Assembly, flow: Flow, connection: ConnectionPointer): void =>
  forwardFollowed(a, flow, connection, (of) => accountConnection(a, of.get('realServer')));

/** A fragment of a client's datagram that is not the first: it counts, but tells nothing about the connection. */
export const forwardFragment = (
  a: Assembly,
  fragment: Datagram,
  connection: ConnectionPointer,
): void => forwardFollowed(a, fragment, connection, () => undefined);

function forwardFollowed(
  a: Assembly,
  datagram: Datagram,
  connection: ConnectionPointer,
  follow: Follow,
): void {
  const { b, verdict } = a;
  b.within('forward', () => {
    const slot = connection.get('realServer');
    const server = findRealServer(a, slot);
    b.if(
      isAvailable(server),
      () => undefined,
      () => drop(a, 'real server deleted'),
    );
    b.if(isLocalNode(server), () => serveHere(a, datagram, connection, server, follow));
    if (a.hook === 'xdp') {
      // tc does what XDP cannot: it asks for a MAC address, and knows an aggregate of segments from a long packet.
      b.if(
        all(isResolved(server), () => datagram.length.le(longest(a, datagram, connection, server))),
        () => undefined,
        () => b.return(verdict.pass),
      );
    }
    decrementTimeToLive(a, datagram, isFlow(datagram) ? 'tell the sender' : 'drop');
    follow(connection, server);
    account(a, slot, 'in', datagram.length);
    byMethod(a, datagram, connection, server);
  });
}

/** Bytes that the way of the connection's method takes. */
function longest(
  { b, features }: Assembly,
  { family }: Datagram,
  connection: ConnectionPointer,
  server: ServerPointer,
): Value<U32> {
  const bytes = b.variable(u32, server.get('mtu'));
  if (features.methods.includes('tunneling')) {
    b.if(connection.get('word').hasBits(ConnectionFlag.tunneling), () =>
      byVariant({ b, features }, family, server, (variant) =>
        bytes.set(tunnelLimit(variant, server).bytes),
      ),
    );
  }
  return bytes;
}

/** The real server is the director: its own stack takes the packet as it is, addressed to the VIP. */
function serveHere(
  a: Assembly,
  datagram: Datagram,
  connection: ConnectionPointer,
  server: ServerPointer,
  follow: Follow,
): void {
  if (a.hook === 'tc') {
    follow(connection, server);
    account(a, connection.get('realServer'), 'in', datagram.length);
  }
  a.b.return(a.verdict.pass);
}

/** The connection keeps the method that it was made with. */
function byMethod(
  a: Assembly,
  datagram: Datagram,
  connection: ConnectionPointer,
  server: ServerPointer,
): void {
  const { b, features } = a;
  const methods: Readonly<Record<MethodName, () => void>> = {
    masquerading: () => b.within('masquerade', () => masquerade(a, datagram, connection, server)),
    tunneling: () => b.within('tunnel', () => tunnel(a, datagram, connection, server)),
    gatewaying: () => b.within('gateway', () => gateway(a, datagram, connection, server)),
  };
  const bits: readonly [MethodName, number][] = [
    ['masquerading', ConnectionFlag.masquerading],
    ['tunneling', ConnectionFlag.tunneling],
  ];
  const word = connection.get('word');
  const used = bits.filter(([name]) => features.methods.includes(name));
  const last = features.methods.includes('gatewaying') ? undefined : used.pop();
  for (const [name, bit] of used) b.if(word.hasBits(bit), methods[name]);
  methods[last?.[0] ?? 'gatewaying']();
}

/** NAT: the destination becomes the real server. */
function masquerade(
  a: Assembly,
  datagram: Datagram,
  connection: ConnectionPointer,
  server: ServerPointer,
): void {
  checkLength(a, datagram, server, plainLimit(datagram.family, server));
  addressFrame(datagram.ethernet, server);
  rewrite(a, datagram, {
    ...localSource(a, connection),
    destination: { pointer: server, at: server.layout.offsetOf('address') },
    destinationPort: connection.load(u16, connection.layout.offsetOf('port')),
  });
  sendToServer(a, datagram.family, server);
}

/** Direct routing: only the MAC addresses change. */
function gateway(
  a: Assembly,
  datagram: Datagram,
  connection: ConnectionPointer,
  server: ServerPointer,
): void {
  checkLength(a, datagram, server, plainLimit(datagram.family, server));
  addressFrame(datagram.ethernet, server);
  if (a.loopback) rewrite(a, datagram, localSource(a, connection));
  sendToServer(a, datagram.family, server);
}

/** Tunnel: the packet travels whole inside another. */
function tunnel(
  a: Assembly,
  datagram: Datagram,
  connection: ConnectionPointer,
  server: ServerPointer,
): void {
  clampSegments(a, datagram, server);
  byVariant(a, datagram.family, server, (variant) => {
    checkLength(a, datagram, server, tunnelLimit(variant, server));
    // The director's own address can stand for a client's only if both are of one family.
    if (a.loopback && variant.inner === variant.outer) {
      rewrite(a, datagram, localSource(a, connection));
    }
    sendByTunnel(a, datagram, server, variant);
  });
}

/** A local client's packets carry the VIP as their source: the real server must see the director's address. */
const localSource = (a: Assembly, connection: ConnectionPointer): Rewrite =>
  a.loopback
    ? { source: { pointer: connection, at: connection.layout.offsetOf('localSource') } }
    : {};
