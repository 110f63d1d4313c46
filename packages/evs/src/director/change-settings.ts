import type { DirectorState } from './model.ts';
import { checkSettings, type DirectorSettings } from './settings.ts';

/** Changes some settings; the others stay. Throws E_INVALID, and changes none then. */
export function changeSettings(
  state: DirectorState,
  wanted: Partial<DirectorSettings>,
): DirectorState {
  checkSettings(wanted);
  return { ...state, settings: { ...state.settings, ...wanted } };
}
