import { EvsError } from '../errors/index.ts';
import { endpointText, keyText } from './key-text.ts';
import type { RealServer, RealServerKey, VirtualService } from './model.ts';

/** The forwarding method is no part of the key: one address and port is one real server. */
export const sameRealServer = (a: RealServerKey, b: RealServerKey): boolean =>
  a.port === b.port && a.address === b.address;

/** The real server with this key. Throws E_NO_SERVER. */
export function findRealServer(service: VirtualService, key: RealServerKey): RealServer {
  const server = service.realServers.find((candidate) => sameRealServer(candidate, key));
  if (server === undefined) {
    throw new EvsError(
      'E_NO_SERVER',
      `Cannot find real server ${endpointText(key)} of ${keyText(service.key)}`,
      { hint: 'evsadm -Ln lists the real servers there are' },
    );
  }
  return server;
}
