import type { MarkRule, VirtualService } from '../../director/model.ts';
import type { IpAddress } from '../../packet/index.ts';
import { AddressFilter } from './address-filter.ts';
import type { SetWords } from './write-set.ts';

/** Real servers whose answers must be looked at, and VIPs. */
type Wanted = Pick<VirtualService, 'key' | 'realServers'>;

/** Which addresses the programs must look at for some services and for rules (see program/filter.ts). */
export function filterWords(services: readonly Wanted[], rules: readonly MarkRule[]): SetWords {
  const filter = new AddressFilter();
  for (const address of [...services.flatMap(addressesOf), ...destinationsOf(rules)]) {
    filter.claim(address);
  }
  return filter.words;
}

/** Of rules that are for a net, any address: its own bits do no harm. */
const destinationsOf = (rules: readonly MarkRule[]): IpAddress[] =>
  rules.flatMap(({ destination }) => (destination === undefined ? [] : [destination.address]));

function addressesOf({ key, realServers }: Wanted): IpAddress[] {
  const servers = realServers.filter(({ method }) => method === 'masquerading');
  const addresses = servers.map(({ address }) => address);
  return key.kind === 'address' ? [key.address, ...addresses] : addresses;
}
