import { findRealServer } from './find-real-server.ts';
import { findService, replaceService } from './find-service.ts';
import type { DirectorState, RealServerKey, ServiceKey } from './model.ts';

/** Removes a real server from its service. Throws E_NO_SERVICE and E_NO_SERVER. */
export function deleteRealServer(
  state: DirectorState,
  key: ServiceKey,
  server: RealServerKey,
): DirectorState {
  const service = findService(state, key);
  const gone = findRealServer(service, server);
  const realServers = service.realServers.filter((other) => other !== gone);
  return replaceService(state, { ...service, realServers });
}
