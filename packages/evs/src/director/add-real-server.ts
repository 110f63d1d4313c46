import { EvsError } from '../errors/index.ts';
import { checkRealServer, checkUnicast } from './check-real-server.ts';
import { sameRealServer } from './find-real-server.ts';
import { findService, putService } from './find-service.ts';
import { endpointText, keyText } from './key-text.ts';
import type { Draft } from './draft.ts';
import type { RealServer, ServiceKey } from './model.ts';
import { checkSynchronised } from './synchronisation.ts';

/**
 * Adds a real server at the head of its service, so that schedulers see it first.
 * Throws E_NO_SERVICE, E_SERVER_EXISTS, and what `checkRealServer` and `checkUnicast` throw.
 */
export function addRealServer(draft: Draft, key: ServiceKey, server: RealServer): Draft {
  const service = findService(draft, key);
  checkRealServer(key, server);
  checkSynchronised(draft, key, server.address);
  if (service.realServers.some((other) => sameRealServer(other, server))) {
    throw new EvsError(
      'E_SERVER_EXISTS',
      `Cannot add real server ${endpointText(server)} to ${keyText(key)}: it is there already`,
    );
  }
  checkUnicast(server.address);
  return putService(draft, { ...service, realServers: [server, ...service.realServers] });
}
