import { EvsError } from '../errors/index.ts';
import type { ServiceRequest } from './commands.ts';
import { keyText } from './key-text.ts';
import type { DirectorState } from './model.ts';
import { resolveService } from './resolve-service.ts';
import { inherit, placeOf } from './service-places.ts';

/** Adds a service without real servers. Throws E_SERVICE_EXISTS, and what `resolveService` throws. */
export function addService(state: DirectorState, request: ServiceRequest): DirectorState {
  if (placeOf(state.services, request.key) >= 0) {
    throw new EvsError(
      'E_SERVICE_EXISTS',
      `Cannot add virtual service ${keyText(request.key)}: it is there already`,
    );
  }
  const service = { ...resolveService(request), realServers: [] };
  return { ...state, services: inherit(state.services, [...state.services, service]) };
}
