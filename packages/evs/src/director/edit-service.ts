import type { ServiceRequest } from './commands.ts';
import { findService, putService } from './find-service.ts';
import type { Draft } from './draft.ts';
import { resolveService } from './resolve-service.ts';

/**
 * Replaces all settings of a service; what is not asked for returns to its default. Its real servers stay.
 * Throws E_NO_SERVICE, and what `resolveService` throws.
 */
export function editService(draft: Draft, request: ServiceRequest): Draft {
  const { realServers } = findService(draft, request.key);
  return putService(draft, { ...resolveService(request), realServers });
}
