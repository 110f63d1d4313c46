import { caution } from '../text/diagnostic.ts';
import { has, only } from '../language/read-section.ts';
import { inherited } from './build-timing.ts';
import { entriesOf } from './build.ts';
import type { GlobalKeywords } from './build-global.ts';
import type { RouterContext, RouterKeywords } from './build-virtual-router.ts';
import type { VirtualRouter } from './configuration.ts';

/** Peers that adverts go to; undefined if they go to the group, which is told if words on unicast are there. */
export function unicastOf(
  own: RouterKeywords,
  { global, report }: RouterContext,
): VirtualRouter['unicast'] {
  const peers = entriesOf(own.unicast_peer);
  const words = [
    ...own.unicast_peer,
    ...own.unicast_src_ip,
    ...own.check_unicast_src.filter(({ value }) => value),
    ...own.old_unicast_checksum.filter(({ value }) => value !== 'never'),
  ];
  if (peers.length === 0) {
    if (has(own.unicast_fault_no_peer)) return unicastWith(own, peers, global);
    for (const values of [words.slice(0, 1), own.unicast_ttl]) {
      const [first] = values;
      if (first === undefined) continue;
      report(caution(first.at, 'There is no unicast_peer: adverts go to the multicast group'));
    }
    return undefined;
  }
  return unicastWith(own, peers, global);
}

function unicastWith(
  own: RouterKeywords,
  peers: NonNullable<VirtualRouter['unicast']>['peers'],
  global: GlobalKeywords,
): NonNullable<VirtualRouter['unicast']> {
  const checksum: 'compatible' | 'never' | undefined = only(own.old_unicast_checksum);
  return {
    peers,
    ttl: only(own.unicast_ttl) ?? 255,
    checkSource: inherited([own.check_unicast_src, global.vrrp_check_unicast_src]) ?? false,
    oldChecksum: checksum === 'compatible' ? 'always' : (checksum ?? 'auto'),
    faultWithoutPeer: has(own.unicast_fault_no_peer),
  };
}
