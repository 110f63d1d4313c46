import type { Draft } from './draft.ts';
import { findService } from './find-service.ts';
import { keyText } from './key-text.ts';
import type { ServiceKey } from './model.ts';

/** Removes a service with its real servers. Throws E_NO_SERVICE. */
export function deleteService(draft: Draft, key: ServiceKey): Draft {
  findService(draft, key);
  draft.services.delete(keyText(key));
  return { ...draft };
}
