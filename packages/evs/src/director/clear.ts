import type { Draft } from './draft.ts';

/** Removes every service. Timeouts stay, as with `ipvsadm -C`. */
export function clear(draft: Draft): Draft {
  draft.services.clear();
  return { ...draft };
}
