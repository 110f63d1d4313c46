import { comeIn, serviceChanges, type VirtualService } from '../../director/index.ts';
import type { Registry } from './registry.ts';

/** Entries that the growing tables must have for a configuration, those included that are in use already. */
export function slotsFor(
  registry: Registry,
  services: readonly VirtualService[],
): { readonly services: number; readonly realServers: number } {
  // Entry 0 stands for none.
  const needed = { services: registry.services.size + 1, realServers: registry.servers.size + 1 };
  for (const { key, realServers } of comeIn(serviceChanges(registry.settled, services))) {
    const entry = registry.findService(key);
    if (entry === undefined) needed.services += 1;
    for (const server of realServers) {
      const known = entry !== undefined && registry.findServer(entry.index, server) !== undefined;
      if (!known) needed.realServers += 1;
    }
  }
  return needed;
}
