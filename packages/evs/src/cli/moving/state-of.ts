import type { DirectorClient, ServiceStatus } from '../../api/index.ts';
import type { DirectorState, VirtualService } from '../../director/index.ts';

/** What a director is configured for, without its numbers. */
export async function stateOf(director: DirectorClient): Promise<DirectorState> {
  const [services, timeouts, settings, synchronisation] = await Promise.all([
    director.services(),
    director.timeouts(),
    director.settings(),
    director.synchronisation(),
  ]);
  return { services: services.map(withoutNumbers), timeouts, settings, synchronisation };
}

function withoutNumbers({
  counters: _counters,
  rates: _rates,
  ...service
}: ServiceStatus): VirtualService {
  const realServers = service.realServers.map(({ status: _status, ...server }) => server);
  return { ...service, realServers };
}
