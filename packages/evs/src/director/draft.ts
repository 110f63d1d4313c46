import { keyText } from './key-text.ts';
import type { DirectorState, VirtualService } from './model.ts';

/** Services by the text of their keys. A Map has them in the order in which they were added, also edited ones. */
export type ServiceTable = Map<string, VirtualService>;

/** A state while commands change it: its table of services in place, everything else by replacement. */
export interface Draft extends Omit<DirectorState, 'services'> {
  readonly services: ServiceTable;
}

/** The table that a list of services was made from: whoever goes on from the list need not make it again. */
const tables = new WeakMap<readonly VirtualService[], ServiceTable>();

/** A draft of a state, which stays as it is. */
export function openDraft(state: DirectorState): Draft {
  const { services } = state;
  const table = tables.get(services) ?? tableOf(services);
  tables.delete(services);
  return { ...state, services: table };
}

/** The state that a draft has come to. The draft must not be used after this. */
export function closeDraft(draft: Draft): DirectorState {
  const services = [...draft.services.values()];
  tables.set(services, draft.services);
  return { ...draft, services };
}

/** Gives up a draft in which nothing was changed. Returns the state that it was opened from. */
export function discardDraft(draft: Draft, state: DirectorState): DirectorState {
  tables.set(state.services, draft.services);
  return state;
}

const tableOf = (services: readonly VirtualService[]): ServiceTable =>
  new Map(services.map((service) => [keyText(service.key), service]));
