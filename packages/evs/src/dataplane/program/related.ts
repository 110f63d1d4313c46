import {
  all,
  any,
  u16,
  u32,
  u64,
  u8,
  type Condition,
  type Pointer,
  type U16,
  type Value,
} from '@evs/ebpf';
import { Icmp, IcmpType, IpProtocol, Ipv4, Ipv6, Ports } from '../../packet/index.ts';
import { ConnectionFlag, type Connection } from '../layouts.ts';
import { account } from './account.ts';
import { withClock, type Assembly, type Surroundings } from './assembly.ts';
import { exchange, updated } from './checksum.ts';
import { byVariant, sendByTunnel } from './encapsulate.ts';
import type { AddressPlace, Sum } from './family.ts';
import { concernsUs } from './filter.ts';
import { findRealServer, isAvailable } from './find.ts';
import type { Datagram } from './parse.ts';
import { rewriteAddresses } from './rewrite.ts';
import { addressFrame, isResolved, leaveUnknownWay, sendBackward, sendToServer } from './send.ts';
import { decrementTimeToLive } from './time-to-live.ts';
import { relayTunnelError } from './tunnel-error.ts';

/** An ICMP error and the packet that it quotes. */
interface Related extends Datagram {
  readonly icmp: Pointer<typeof Icmp>;
  /** The quoted IP header. */
  readonly quoted: Pointer;
  readonly quotedSource: AddressPlace;
  readonly quotedDestination: AddressPlace;
  /** The quoted ports, source first. */
  readonly ports: Pointer;
  readonly protocol: Value<typeof u8>;
}

/**
 * ICMP errors follow the flow that they are about: a client's goes to its real server, a real server's to its
 * client in the VIP's name. Everything else, such as a ping to the VIP, is the host's.
 */
export function relayRelated(a: Surroundings, datagram: Datagram): void {
  const { b, features, verdict } = a;
  b.within('related', () => {
    relayTunnelError(a, datagram);
    const related = parseRelated(a, datagram);
    b.if(concernsUs(a, related.family, related.quotedSource).ne(0), () =>
      fromClient(withClock(a), related),
    );
    if (features.methods.includes('masquerading')) {
      b.if(concernsUs(a, related.family, related.quotedDestination).ne(0), () =>
        fromServer(withClock(a), related),
      );
    }
    b.return(verdict.pass);
  });
}

/** The protocol number of a family's ICMP. */
export const icmpProtocol = (datagram: Datagram): number =>
  datagram.family.name === 'ipv4' ? IpProtocol.icmp : IpProtocol.icmpv6;

function parseRelated(a: Surroundings, datagram: Datagram): Related {
  const { b, packet, verdict } = a;
  const { family, transportAt } = datagram;
  const headers = Icmp.sizeBytes + family.headerBytes;
  const window = packet.window(transportAt, headers + 8).orReturn(verdict.pass);
  const icmp = window.view(Icmp);
  const quoted = window.view(family.name === 'ipv4' ? Ipv4 : Ipv6, Icmp.sizeBytes) as Pointer;
  const protocol = quoted.load(u8, family.name === 'ipv4' ? 9 : 6);
  b.if(
    any(
      notAnError(datagram, icmp),
      notQuotable(datagram, quoted),
      all(
        protocol.ne(IpProtocol.tcp),
        protocol.ne(IpProtocol.udp),
        ...(a.features.sctp ? [protocol.ne(IpProtocol.sctp)] : []),
      ),
    ),
    () => b.return(verdict.pass),
  );
  return {
    ...datagram,
    icmp,
    quoted,
    quotedSource: { pointer: quoted, at: family.sourceAt },
    quotedDestination: { pointer: quoted, at: family.sourceAt + family.addressBytes },
    ports: window.view(Ports, headers),
    protocol,
  };
}

/** IPv4: the types that ip_vs handles. IPv6: all errors are below 128. */
function notAnError(datagram: Datagram, icmp: Pointer<typeof Icmp>): Condition {
  const type = icmp.get('type');
  if (datagram.family.name === 'ipv6') return type.ge(128);
  return all(
    type.ne(IcmpType.unreachable),
    type.ne(IcmpType.sourceQuench),
    type.ne(IcmpType.timeExceeded),
  );
}

/** Only first fragments without options have their ports where we read them. */
function notQuotable(datagram: Datagram, quoted: Pointer): Condition {
  if (datagram.family.name === 'ipv6') return quoted.load(u8, 0).and(0xf0).ne(0x60);
  const offset = quoted.load(u16, 6).and(0xff1f);
  return any(quoted.load(u8, 0).ne(0x45), offset.ne(0));
}

/** Key of the flow in the opposite direction of the quoted packet. */
function oppositeKey(a: Assembly, related: Related): Pointer {
  const { family, quoted, ports } = related;
  const size = family.addressBytes;
  const key = a.b.local(family.FlowKey);
  key.copyBytes(0, quoted, family.sourceAt + size, size);
  key.copyBytes(size, quoted, family.sourceAt, size);
  key.store(u16, 2 * size, ports.load(u16, 2));
  key.store(u16, 2 * size + 2, ports.load(u16, 0));
  key.store(u32, 2 * size + 4, related.protocol.to(u32));
  return key;
}

/** The quoted packet went from the VIP to the client: the error goes to the real server that answered. */
function fromClient(a: Assembly, related: Related): void {
  const { b, features, verdict } = a;
  const key = oppositeKey(a, related);
  b.lookup(related.family.connections, key)
    .where((connection) => connection.get('expires').gt(a.now))
    .match((connection) => {
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
      decrementTimeToLive(a, related);
      account(a, slot, 'in', related.length);
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
          byVariant(a, related.family, server, (variant) =>
            sendByTunnel(a, related, server, variant),
          );
        });
      }
      addressFrame(related.ethernet, server);
      sendToServer(a, related.family, server);
    });
}

/** The quoted packet went from the client to the real server: the client must think it went to the VIP. */
function fromServer(a: Assembly, related: Related): void {
  const { b, features, verdict } = a;
  const { family } = related;
  b.lookup(family.replies, oppositeKey(a, related)).match((request) => {
    b.lookup(family.connections, request)
      .where((connection) => connection.get('expires').gt(a.now))
      .match((connection: Pointer<typeof Connection>) => {
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
