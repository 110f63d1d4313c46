import type { DirectorState } from '../../director/model.ts';
import type { FeatureOptions } from './features-of.ts';
import { settingsInUse } from './write-settings.ts';

/** What a director's settings and its part in connection synchronisation ask of the programs. */
export function featureOptions(
  state: DirectorState,
  { localClients = true, peers = true }: Partial<FeatureOptions>,
): FeatureOptions {
  // In both roles, so that a takeover changes no program.
  const isSynchronised = (state.synchronisation ?? []).length > 0;
  return {
    localClients,
    peers,
    settings: settingsInUse(state),
    announcing: isSynchronised,
    adopting: isSynchronised,
  };
}
