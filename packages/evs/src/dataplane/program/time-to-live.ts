import { u16, u32, u8 } from '@evs/ebpf';
import { Ipv4, Ipv6 } from '../../packet/index.ts';
import { drop, type Assembly } from './assembly.ts';
import type { Datagram } from './parse.ts';
import { refuse } from './refuse.ts';

/** What to do with a packet at its last hop: ICMP errors vanish without another, as in ip_vs. */
type AtLastHop = 'tell the sender' | 'drop';

/** One hop less, as ip_vs forwards in every method; a packet at its last hop ends here. */
export function decrementTimeToLive(
  a: Assembly,
  datagram: Datagram,
  atLastHop: AtLastHop = 'drop',
): void {
  const { b } = a;
  const { ip, family } = datagram;
  const at = family.name === 'ipv4' ? Ipv4.offsetOf('timeToLive') : Ipv6.offsetOf('hopLimit');
  const hops = ip.load(u8, at);
  b.if(hops.le(1), () => {
    const reason = 'time to live exceeded';
    if (atLastHop === 'drop') drop(a, reason);
    else refuse(a, family, reason, 'timeExceeded');
  });
  ip.store(u8, at, hops.sub(1));
  if (family.name === 'ipv4') {
    // RFC 1141: the field's word lost 1 in its first byte, so the checksum gains 1 there.
    const checksumAt = Ipv4.offsetOf('checksum');
    const raised = ip.load(u16, checksumAt).to(u32).add(1);
    ip.store(u16, checksumAt, raised.add(raised.shr(16)).to(u16));
  }
}
