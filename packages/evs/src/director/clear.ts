import type { DirectorState } from './model.ts';

/** Removes every service. Timeouts stay, as with `ipvsadm -C`. */
export const clear = (state: DirectorState): DirectorState => ({ ...state, services: [] });
