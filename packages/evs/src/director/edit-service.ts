import type { ServiceRequest } from './commands.ts';
import { findService, replaceService } from './find-service.ts';
import type { DirectorState } from './model.ts';
import { resolveService } from './resolve-service.ts';

/**
 * Replaces all settings of a service; what is not asked for returns to its default. Its real servers stay.
 * Throws E_NO_SERVICE, and what `resolveService` throws.
 */
export function editService(state: DirectorState, request: ServiceRequest): DirectorState {
  const { realServers } = findService(state, request.key);
  return replaceService(state, { ...resolveService(request), realServers });
}
