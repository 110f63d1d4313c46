import { EvsError } from '../errors/index.ts';
import { keyText } from './key-text.ts';
import type { DirectorState, ServiceKey, VirtualService } from './model.ts';
import { inherit, placeOf } from './service-places.ts';

/** Whether two keys name one service: a mark counts per address family, a port per protocol. */
export function sameService(a: ServiceKey, b: ServiceKey): boolean {
  if (a.kind === 'mark') return b.kind === 'mark' && a.mark === b.mark && a.family === b.family;
  return (
    b.kind === 'address' &&
    a.port === b.port &&
    a.address === b.address &&
    a.protocol === b.protocol
  );
}

/** The service with this key. Throws E_NO_SERVICE. */
export function findService(state: DirectorState, key: ServiceKey): VirtualService {
  const service = state.services[placeOf(state.services, key)];
  if (service === undefined) {
    throw new EvsError('E_NO_SERVICE', `Cannot find virtual service ${keyText(key)}`, {
      hint: 'evsadm -Ln lists the services there are',
    });
  }
  return service;
}

/** The state with `replacement` in the place of the service that has its key. */
export function replaceService(state: DirectorState, replacement: VirtualService): DirectorState {
  const services = [...state.services];
  const place = placeOf(state.services, replacement.key);
  if (place >= 0) services[place] = replacement;
  return { ...state, services: inherit(state.services, services) };
}
