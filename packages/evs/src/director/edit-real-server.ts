import { checkRealServer } from './check-real-server.ts';
import { findRealServer } from './find-real-server.ts';
import { findService, putService } from './find-service.ts';
import type { Draft } from './draft.ts';
import type { RealServer, ServiceKey } from './model.ts';
import { checkSynchronised } from './synchronisation.ts';

/**
 * Replaces all settings of a real server, which keeps its place.
 * Throws E_NO_SERVICE, E_NO_SERVER, and what `checkRealServer` throws.
 */
export function editRealServer(draft: Draft, key: ServiceKey, server: RealServer): Draft {
  const service = findService(draft, key);
  checkRealServer(key, server);
  checkSynchronised(draft, key, server.address);
  const present = findRealServer(service, server);
  const edited = { ...server, edits: (present.edits ?? 0) + 1 };
  const realServers = service.realServers.map((other) => (other === present ? edited : other));
  return putService(draft, { ...service, realServers });
}
