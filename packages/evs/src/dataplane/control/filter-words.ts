import type { VirtualService } from '../../director/model.ts';
import type { IpAddress } from '../../packet/index.ts';
import { RealServerFlag } from '../layouts.ts';
import { filterPlace } from '../program/filter.ts';
import { serverFlags, type Registry } from './registry.ts';
import type { SetWords } from './write-set.ts';

/** Which addresses the programs must look at (see program/filter.ts): those in use, and those wanted. */
export function filterWords(registry: Registry, wanted: readonly VirtualService[]): SetWords {
  const words = new Map<number, bigint>();
  const include = (address: IpAddress): void => {
    const { word, bit } = filterPlace(address);
    words.set(word, (words.get(word) ?? 0n) | (1n << BigInt(bit)));
  };
  for (const { key } of registry.services.values()) include(key.address);
  for (const server of registry.servers.values()) {
    if ((serverFlags(server.record) & RealServerFlag.masquerading) !== 0)
      include(server.key.address);
  }
  for (const { realServers } of wanted) {
    for (const server of realServers) {
      if (server.method === 'masquerading') include(server.address);
    }
  }
  return words;
}
