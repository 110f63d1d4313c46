import { EvsError } from '../errors/index.ts';
import type { ServiceRequest } from './commands.ts';
import type { Draft } from './draft.ts';
import { putService } from './find-service.ts';
import { keyText } from './key-text.ts';
import { resolveService } from './resolve-service.ts';

/** Adds a service without real servers. Throws E_SERVICE_EXISTS, and what `resolveService` throws. */
export function addService(draft: Draft, request: ServiceRequest): Draft {
  const name = keyText(request.key);
  if (draft.services.has(name)) {
    throw new EvsError(
      'E_SERVICE_EXISTS',
      `Cannot add virtual service ${name}: it is there already`,
    );
  }
  return putService(draft, { realServers: [], ...resolveService(request) });
}
