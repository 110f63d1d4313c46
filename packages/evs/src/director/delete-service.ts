import { findService } from './find-service.ts';
import type { DirectorState, ServiceKey } from './model.ts';
import { inherit } from './service-places.ts';

/** Removes a service with its real servers. Throws E_NO_SERVICE. */
export function deleteService(state: DirectorState, key: ServiceKey): DirectorState {
  const gone = findService(state, key);
  const services = state.services.filter((service) => service !== gone);
  return { ...state, services: inherit(state.services, services) };
}
