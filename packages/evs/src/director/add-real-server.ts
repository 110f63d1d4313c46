import { EvsError } from '../errors/index.ts';
import { checkRealServer, checkUnicast } from './check-real-server.ts';
import { sameRealServer } from './find-real-server.ts';
import { findService, replaceService } from './find-service.ts';
import { endpointText, keyText } from './key-text.ts';
import type { DirectorState, RealServer, ServiceKey } from './model.ts';
import { checkSynchronised } from './synchronisation.ts';

/**
 * Adds a real server at the head of its service, so that schedulers see it first.
 * Throws E_NO_SERVICE, E_SERVER_EXISTS, and what `checkRealServer` and `checkUnicast` throw.
 */
export function addRealServer(
  state: DirectorState,
  key: ServiceKey,
  server: RealServer,
): DirectorState {
  const service = findService(state, key);
  checkRealServer(key, server);
  checkSynchronised(state, key, server.address);
  if (service.realServers.some((other) => sameRealServer(other, server))) {
    throw new EvsError(
      'E_SERVER_EXISTS',
      `Cannot add real server ${endpointText(server)} to ${keyText(key)}: it is there already`,
    );
  }
  checkUnicast(server.address);
  return replaceService(state, { ...service, realServers: [server, ...service.realServers] });
}
