import type { MarkRule, VirtualService } from '../../director/model.ts';
import type { IpAddress } from '../../packet/index.ts';
import { RealServerFlag } from '../layouts.ts';
import { filterPlace } from '../program/filter.ts';
import { serverFlags, type Registry } from './registry.ts';
import type { SetWords } from './write-set.ts';

/** Real servers whose answers must be looked at, and VIPs. */
type Wanted = Pick<VirtualService, 'key' | 'realServers'>;

/** Which addresses the programs must look at for some services (see program/filter.ts). */
export const filterWords = (
  services: readonly Wanted[],
  rules: readonly MarkRule[] = [],
): SetWords => wordsOf([...services.flatMap(addressesOf), ...destinationsOf(rules)]);

/** The same for all that is in use, also by deleted services, and for all services. */
export function filterInUse(
  registry: Registry,
  services: readonly Wanted[],
  rules: readonly MarkRule[] = [],
): SetWords {
  const masqueraded = [...registry.servers.values()].filter(
    ({ record }) => (serverFlags(record) & RealServerFlag.masquerading) !== 0,
  );
  return wordsOf([
    ...[...registry.services.values()].flatMap(({ key }) =>
      key.kind === 'address' ? [key.address] : [],
    ),
    ...masqueraded.map(({ key }) => key.address),
    ...services.flatMap(addressesOf),
    ...destinationsOf(rules),
  ]);
}

/** Of rules that are for a net, any address: its own bits do no harm. */
const destinationsOf = (rules: readonly MarkRule[]): IpAddress[] =>
  rules.flatMap(({ destination }) => (destination === undefined ? [] : [destination.address]));

function addressesOf({ key, realServers }: Wanted): IpAddress[] {
  const servers = realServers.filter(({ method }) => method === 'masquerading');
  const addresses = servers.map(({ address }) => address);
  return key.kind === 'address' ? [key.address, ...addresses] : addresses;
}

function wordsOf(addresses: readonly IpAddress[]): SetWords {
  const words = new Map<number, bigint>();
  for (const address of addresses) {
    const { word, bit } = filterPlace(address);
    words.set(word, (words.get(word) ?? 0n) | (1n << BigInt(bit)));
  }
  return words;
}
