import { findRealServer } from './find-real-server.ts';
import { findService, putService } from './find-service.ts';
import type { Draft } from './draft.ts';
import type { RealServerKey, ServiceKey } from './model.ts';

/** Removes a real server from its service. Throws E_NO_SERVICE and E_NO_SERVER. */
export function deleteRealServer(draft: Draft, key: ServiceKey, server: RealServerKey): Draft {
  const service = findService(draft, key);
  const gone = findRealServer(service, server);
  const realServers = service.realServers.filter((other) => other !== gone);
  return putService(draft, { ...service, realServers });
}
