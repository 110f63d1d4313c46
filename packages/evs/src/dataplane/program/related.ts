import { u32, type U32, type Value } from '@evs/ebpf';
import { Ethernet, IpProtocol } from '../../packet/index.ts';
import { withClock, type Surroundings } from './assembly.ts';
import { connectQuoted } from './connect.ts';
import type { Datagram } from './parse.ts';
import { oppositeKey, quoteAt } from './quote.ts';
import { retire } from './retire.ts';
import { relayTunnelError } from './tunnel-error.ts';
import type { Family } from './family.ts';

/**
 * ICMP errors follow the flow that they are about: a client's goes to its real server, a real server's to its
 * client in the VIP's name. Everything else, such as a ping to the VIP, is the host's. With `schedule_icmp` a real
 * server is chosen if nobody knows which one answered: it was another director's to know, who chooses the same. Clients
 * on the director have their connections here.
 */
export function relayRelated(a: Surroundings, datagram: Datagram): void {
  const { b, packet, features, routines } = a;
  const { family, transportAt } = datagram;
  b.within('related', () => {
    relayTunnelError(a, datagram);
    const at = b.constant(u32, 0).add(transportAt);
    const relay = () => b.call(routines.relayError(family), packet, at);
    const result = relay();
    if (features.settings.includes('schedule_icmp') && !a.loopback) {
      b.if(result.shr(32).ne(0), () => {
        connectUnknown(a, family, at);
        b.return(relay().to(u32));
      });
    }
    b.return(result.to(u32));
  });
}

/** The protocol number of a family's ICMP. */
export const icmpProtocol = (datagram: Datagram): number =>
  datagram.family.name === 'ipv4' ? IpProtocol.icmp : IpProtocol.icmpv6;

/** Makes a connection for the flow that an error is about. What is in its place has expired. */
function connectUnknown(a: Surroundings, family: Family, icmpAt: Value<U32>): void {
  const { b, features, maps, packet, verdict } = a;
  packet.reload();
  const ethernet = packet.window(0, Ethernet.sizeBytes).orReturn(verdict.pass).view(Ethernet);
  const quote = quoteAt(a, family, icmpAt);
  const key = oppositeKey(a, family, quote);
  b.lookup(family.connections, key).match((expired) =>
    retire(b, features, maps, family, key, expired),
  );
  connectQuoted(withClock(a), { family, ethernet, key, protocol: quote.protocol });
}
