import type { VirtualServer } from '../../config/index.ts';

/**
 * keepalived does not notice two virtual servers of one address: the second one's real servers join the first one's
 * service, and whatever else the second says is lost. Of equal real servers the first counts.
 */
export function mergeTwins(servers: readonly VirtualServer[]): readonly VirtualServer[] {
  const merged = new Map<string, VirtualServer>();
  for (const server of servers) {
    const first = merged.get(server.label);
    merged.set(server.label, first === undefined ? server : join(first, server));
  }
  return [...merged.values()];
}

function join(first: VirtualServer, second: VirtualServer): VirtualServer {
  const known = new Set(first.realServers.map(({ label }) => label));
  const others = second.realServers.filter(({ label }) => !known.has(label));
  return { ...first, realServers: [...first.realServers, ...others] };
}
