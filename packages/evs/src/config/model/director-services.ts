import type {
  ForwardingMethod,
  RealServer,
  ServiceKey,
  VirtualService,
} from '../../director/index.ts';
import type { LvsMethod } from '../language/values/virtual.ts';
import { familyOf } from '../../packet/index.ts';
import type { VirtualServer } from './configuration.ts';

const forwardingMethods: Readonly<Record<LvsMethod['kind'], ForwardingMethod>> = {
  NAT: 'masquerading',
  DR: 'gatewaying',
  TUN: 'tunneling',
};

/**
 * The director's services of a virtual server, one for each address and mark, with all of its real servers: what the
 * table holds while every checker is content. The newest real server comes first, and they are added in their order.
 */
export function directorServices(server: VirtualServer): readonly VirtualService[] {
  return server.services.map((key) => ({
    key,
    scheduler: server.scheduler,
    schedulerFlags: server.schedulerFlags,
    ...persistenceFor(server, key),
    onePacket: server.onePacket,
    realServers: server.realServers.map((real) => directorRealServer(real, key)).toReversed(),
  }));
}

function persistenceFor(
  { persistence }: VirtualServer,
  key: ServiceKey,
): Pick<VirtualService, 'persistence'> {
  if (persistence === undefined) return {};
  const { timeoutSeconds, granularity, engine } = persistence;
  const family = key.kind === 'mark' ? key.family : familyOf(key.address);
  const mask = granularity ?? (family === 'ipv4' ? 32 : 128);
  return { persistence: { timeoutSeconds, mask, ...(engine === undefined ? {} : { engine }) } };
}

/** Masquerading alone rewrites ports; all else keeps the service's, and a mark has none. */
export function directorRealServer(
  real: VirtualServer['realServers'][number],
  key: ServiceKey,
): RealServer {
  const servicePort = key.kind === 'mark' ? 0 : key.port;
  const written = real.method.kind === 'NAT' && real.port !== 0;
  return {
    address: real.address,
    port: written ? real.port : servicePort,
    method: forwardingMethods[real.method.kind],
    weight: real.weight,
    upperThreshold: real.upperThreshold,
    lowerThreshold: real.lowerThreshold,
    tunnel: real.method.tunnel ?? { type: 'ipip', port: 0, checksum: 'none' },
  };
}
