import { checkRealServer } from './check-real-server.ts';
import { findRealServer } from './find-real-server.ts';
import { findService, replaceService } from './find-service.ts';
import type { DirectorState, RealServer, ServiceKey } from './model.ts';
import { checkSynchronised } from './synchronisation.ts';

/**
 * Replaces all settings of a real server, which keeps its place.
 * Throws E_NO_SERVICE, E_NO_SERVER, and what `checkRealServer` throws.
 */
export function editRealServer(
  state: DirectorState,
  key: ServiceKey,
  server: RealServer,
): DirectorState {
  const service = findService(state, key);
  checkRealServer(key, server);
  checkSynchronised(state, key, server.address);
  const present = findRealServer(service, server);
  const edited = { ...server, edits: (present.edits ?? 0) + 1 };
  const realServers = service.realServers.map((other) => (other === present ? edited : other));
  return replaceService(state, { ...service, realServers });
}
