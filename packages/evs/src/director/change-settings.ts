import type { Draft } from './draft.ts';
import { checkSettings, type DirectorSettings } from './settings.ts';

/** Changes some settings; the others stay. Throws E_INVALID, and changes none then. */
export function changeSettings(draft: Draft, wanted: Partial<DirectorSettings>): Draft {
  checkSettings(wanted);
  return { ...draft, settings: { ...draft.settings, ...wanted } };
}
