import type { ServiceRequest } from './commands.ts';
import type { VirtualService } from './model.ts';

/** How a director is asked for a service like this one, without its real servers. */
export function requestFor(service: VirtualService): ServiceRequest {
  const { key, scheduler, schedulerFlags, onePacket, persistence } = service;
  const plain = { key, scheduler, schedulerFlags, onePacket };
  if (persistence === undefined) return plain;
  const { engine, ...rest } = persistence;
  return {
    ...plain,
    persistence: rest,
    ...(engine !== undefined && { persistenceEngine: engine }),
  };
}
