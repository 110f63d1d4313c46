import { all, any, not, u32, type Condition, type Pointer } from '@evs/ebpf';
import { TcpFlag } from '../../packet/index.ts';
import { Method, RealServerFlag, type RealServerSlot } from '../layouts.ts';
import type { Surroundings } from './assembly.ts';
import { addressWord, wordIndexes, type AddressPlace, type Family } from './family.ts';
import { isListed } from './filter.ts';
import { isAvailable, isLocalNode } from './find.ts';
import { portsOf, type Flow } from './parse.ts';
import { refuse } from './refuse.ts';

/** More slots than any table has: the first that is not there ends the search. */
const everySlot = 1 << 20;
/** In the key's word of the protocol: somebody was found. */
const found = 0x100;

/**
 * `nat_icmp_send`: tells a real server that its packet belongs to no connection, as ip_vs does; not about RST and ABORT.
 * What it sends to the director's own address, such as the answer to a check, is left alone. Other packets go on.
 */
export function refuseStray(a: Surroundings, flow: Flow): void {
  const { b, features, maps } = a;
  const { family, key } = flow;
  if (!features.settings.includes('nat_icmp_send') || a.loopback) return;
  b.within('refuse_stray', () => {
    b.unlikely();
    const protocolAt = 2 * family.addressBytes + 4;
    const mayBe = features.anyAddress ? [() => isListed(a, family, flow.source).ne(0)] : [];
    b.if(all(flow.flags.and(TcpFlag.rst).eq(0), ...mayBe), () => {
      b.loop(everySlot, key, (step, slot, sender) => {
        const server = step.lookup(maps.realServers, slot).orReturn(1);
        step.if(sends(family, server, sender), () => {
          const service = step.lookup(maps.services, server.get('service')).orReturn(0);
          const protocol = sender.load(u32, protocolAt);
          const isOfService = service.get('protocol').to(u32).eq(protocol);
          step.if(any(service.get('mark').ne(0), isOfService), () => {
            sender.store(u32, protocolAt, protocol.or(found));
            step.return(1);
          });
        });
        return 0;
      });
      b.if(key.load(u32, protocolAt).hasBits(found), () =>
        refuse(a, family, 'no connection', 'portUnreachable'),
      );
    });
  });
}

/** The flow's source is this real server, by NAT, and its destination is not the director. */
function sends(family: Family, server: Pointer<typeof RealServerSlot>, key: Pointer): Condition {
  const at = (field: 'address' | 'localAddress'): AddressPlace => ({
    pointer: server,
    at: server.layout.offsetOf(field),
  });
  const source = { pointer: key, at: 0 };
  const destination = { pointer: key, at: family.addressBytes };
  return all(
    isAvailable(server),
    () => server.get('method').eq(Method.masquerading),
    () => server.get('port').eq(portsOf({ family, key }).source),
    () =>
      server
        .get('flags')
        .and(RealServerFlag.ipv6)
        .eq(family.name === 'ipv6' ? RealServerFlag.ipv6 : 0),
    () => not(isLocalNode(server)),
    () => isSame(family, at('address'), source),
    () => not(isSame(family, at('localAddress'), destination)),
  );
}

const isSame = (family: Family, one: AddressPlace, other: AddressPlace): Condition =>
  all(
    ...wordIndexes(family).map(
      (index) => () => addressWord(one, index).eq(addressWord(other, index)),
    ),
  );
