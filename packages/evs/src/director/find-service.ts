import { EvsError } from '../errors/index.ts';
import type { Draft } from './draft.ts';
import { keyText } from './key-text.ts';
import type { ServiceKey, VirtualService } from './model.ts';

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
export function findService({ services }: Draft, key: ServiceKey): VirtualService {
  const service = services.get(keyText(key));
  if (service === undefined) {
    throw new EvsError('E_NO_SERVICE', `Cannot find virtual service ${keyText(key)}`, {
      hint: 'evsadm -Ln lists the services there are',
    });
  }
  return service;
}

/** Puts a service in the place of the one that has its key, or behind all others. */
export function putService(draft: Draft, service: VirtualService): Draft {
  draft.services.set(keyText(service.key), service);
  return { ...draft };
}
