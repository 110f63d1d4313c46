import {
  all,
  any,
  packetOf,
  subprogram,
  u16,
  u32,
  u64,
  u8,
  type Condition,
  type PacketParameter,
  type Pointer,
  type Subprogram,
  type U16,
  type U32,
  type Value,
} from '@evs/ebpf';
import { Ethernet, IcmpType, IpProtocol, type Icmp } from '../../packet/index.ts';
import { ConnectionFlag, type Connection } from '../layouts.ts';
import { account } from './account.ts';
import { withClock, type Assembly, type Surroundings } from './assembly.ts';
import { exchange, updated } from './checksum.ts';
import { byVariant, sendByTunnel } from './encapsulate.ts';
import type { AddressPlace, Family, Sum } from './family.ts';
import { concernsUs } from './filter.ts';
import { findRealServer, isAvailable, isLocalNode } from './find.ts';
import { headerOf, envelopeOf } from './icmp-message.ts';
import type { Datagram } from './parse.ts';
import { oppositeKey, quoteAt, type Quote } from './quote.ts';
import { rewriteAddresses } from './rewrite.ts';
import type { RoutineOwn } from './routines.ts';
import { addressFrame, isResolved, leaveUnknownWay, sendBackward, sendToServer } from './send.ts';
import { decrementTimeToLive } from './time-to-live.ts';

/**
 * Arguments: the packet, where the ICMP message begins. Result: a verdict; in the upper half 1 if it is an error that may
 * be about a client's flow, which has no connection.
 */
export type RelayError = Subprogram<readonly [PacketParameter, U32]>;

/** An ICMP error and the packet that it quotes, whose protocol it has. */
interface Related extends Datagram, Quote {
  readonly icmp: Pointer<typeof Icmp>;
}

type ConnectionPointer = Pointer<typeof Connection>;

/** Sends an ICMP error after the flow that it is about. */
export const relayErrorRoutine = (
  around: Omit<Surroundings, Exclude<RoutineOwn, 'routines'>>,
  family: Family,
): RelayError =>
  subprogram(
    `relay_error_${family.name}`,
    [packetOf(around.hook), u32],
    (b, packet, transportAt) => {
      const verdict = { pass: around.verdict.pass >>> 0, drop: around.verdict.drop };
      const a: Surroundings = { ...around, b, packet, verdict };
      const related = parseRelated(a, family, transportAt.and(0x1ff));
      if (a.features.methods.includes('masquerading')) {
        b.if(concernsUs(a, family, related.quotedDestination).ne(0), () =>
          fromServer(withClock(a), related),
        );
      }
      b.if(concernsUs(a, family, related.quotedSource).eq(0), () => b.return(verdict.pass));
      fromClient(withClock(a), related);
      return b.constant(u64, (1n << 32n) | BigInt(verdict.pass));
    },
  );

function parseRelated(a: Surroundings, family: Family, transportAt: Value<U32>): Related {
  const { b, packet, verdict } = a;
  const window = packet.window(0, Ethernet.sizeBytes + family.headerBytes).orReturn(verdict.pass);
  const ip = window.view(headerOf(family), Ethernet.sizeBytes) as Pointer;
  const quote = quoteAt(a, family, transportAt);
  const { protocol } = quote;
  b.if(
    any(
      notAnError(family, quote.icmp),
      notQuotable(family, quote.quoted),
      all(
        protocol.ne(IpProtocol.tcp),
        protocol.ne(IpProtocol.udp),
        ...(a.features.sctp ? [protocol.ne(IpProtocol.sctp)] : []),
      ),
    ),
    () => b.return(verdict.pass),
  );
  return {
    family,
    ethernet: window.view(Ethernet),
    ip,
    source: { pointer: ip, at: family.sourceAt },
    destination: { pointer: ip, at: family.sourceAt + family.addressBytes },
    transportAt,
    length: envelopeOf(family).length(ip),
    ...quote,
  };
}

/** IPv4: the types that ip_vs handles. IPv6: all errors are below 128. */
function notAnError(family: Family, icmp: Pointer<typeof Icmp>): Condition {
  const type = icmp.get('type');
  if (family.name === 'ipv6') return type.ge(128);
  return all(
    type.ne(IcmpType.unreachable),
    type.ne(IcmpType.sourceQuench),
    type.ne(IcmpType.timeExceeded),
  );
}

/** Only first fragments without options have their ports where we read them. */
function notQuotable(family: Family, quoted: Pointer): Condition {
  if (family.name === 'ipv6') return quoted.load(u8, 0).and(0xf0).ne(0x60);
  const offset = quoted.load(u16, 6).and(0xff1f);
  return any(quoted.load(u8, 0).ne(0x45), offset.ne(0));
}

/** The quoted packet went from the VIP to the client: the error goes to the real server that answered. */
const fromClient = (a: Assembly, related: Related): void =>
  a.b
    .lookup(related.family.connections, oppositeKey(a, related.family, related))
    .where((connection) => connection.get('expires').gt(a.now))
    .match((connection) => passOn(a, related, connection));

/** Forwards an error to the real server of its connection, as the connection's packets are. */
function passOn(a: Assembly, related: Related, connection: ConnectionPointer): void {
  const { b, features, verdict } = a;
  const slot = connection.get('realServer');
  const server = findRealServer(a, slot);
  b.if(
    isAvailable(server),
    () => undefined,
    () => b.return(verdict.pass),
  );
  if (a.hook === 'xdp')
    b.if(
      isResolved(server),
      () => undefined,
      () => b.return(verdict.pass),
    );
  account(a, slot, 'in', related.length);
  b.if(isLocalNode(server), () => b.return(verdict.pass));
  decrementTimeToLive(a, related);
  const word = connection.get('word');
  if (features.methods.includes('masquerading')) {
    b.if(word.hasBits(ConnectionFlag.masquerading), () => {
      addressFrame(related.ethernet, server);
      const address = { pointer: server as Pointer, at: server.layout.offsetOf('address') };
      const port = connection.load(u16, connection.layout.offsetOf('port'));
      translate(a, related, {
        outer: { destination: address },
        quoted: { source: address, sourcePort: port },
      });
      sendToServer(a, related.family, server);
    });
  }
  if (features.methods.includes('tunneling')) {
    b.if(word.hasBits(ConnectionFlag.tunneling), () => {
      byVariant(a, related.family, server, (variant) => sendByTunnel(a, related, server, variant));
    });
  }
  addressFrame(related.ethernet, server);
  sendToServer(a, related.family, server);
}

/** The quoted packet went from the client to the real server: the client must think it went to the VIP. */
function fromServer(a: Assembly, related: Related): void {
  const { b, features, verdict } = a;
  const { family } = related;
  b.lookup(family.replies, oppositeKey(a, family, related)).match((request) => {
    b.lookup(family.connections, request)
      .where((connection) => connection.get('expires').gt(a.now))
      .match((connection: ConnectionPointer) => {
        if (features.localClients) {
          b.if(connection.get('word').hasBits(ConnectionFlag.local), () => b.return(verdict.pass));
        }
        leaveUnknownWay(a, connection);
        decrementTimeToLive(a, related);
        account(a, connection.get('realServer'), 'out', related.length);
        related.ethernet.copyBytes(0, connection, connection.layout.offsetOf('hopMac'), 12);
        const vip = { pointer: request, at: family.addressBytes };
        const port = request.load(u16, 2 * family.addressBytes + 2);
        translate(a, related, {
          outer: { source: vip },
          quoted: { destination: vip, destinationPort: port },
        });
        sendBackward(a, connection);
      });
  });
}

interface Translation {
  readonly outer: { readonly source?: AddressPlace; readonly destination?: AddressPlace };
  readonly quoted: {
    readonly source?: AddressPlace;
    readonly sourcePort?: Value<U16>;
    readonly destination?: AddressPlace;
    readonly destinationPort?: Value<U16>;
  };
}

/**
 * Rewrites both headers. ICMP's checksum covers the quote: IPv4's quoted header sums to the same as before,
 * since its own checksum is mended; IPv6 has none, but a pseudo-header with the outer addresses.
 */
function translate(a: Assembly, related: Related, change: Translation): void {
  const { b } = a;
  const outer = rewriteAddresses(a, related, change.outer);
  const quotedDatagram: Datagram = {
    ...related,
    ip: related.quoted,
    source: related.quotedSource,
    destination: related.quotedDestination,
  };
  const quoted = rewriteAddresses(a, quotedDatagram, change.quoted);
  let sum: Sum = related.family.name === 'ipv4' ? b.constant(u64, 0) : outer.add(quoted);
  const { sourcePort, destinationPort } = change.quoted;
  if (sourcePort !== undefined) {
    sum = exchange(sum, related.ports.load(u16, 0), sourcePort);
    related.ports.store(u16, 0, sourcePort);
  }
  if (destinationPort !== undefined) {
    sum = exchange(sum, related.ports.load(u16, 2), destinationPort);
    related.ports.store(u16, 2, destinationPort);
  }
  related.icmp.set('checksum', updated(related.icmp.get('checksum'), sum));
}
