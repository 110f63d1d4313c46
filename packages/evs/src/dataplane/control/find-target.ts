import {
  SynchronisedFlag,
  type AddressFamily,
  type Protocol,
  type ServiceKey,
  type SynchronisedConnection,
} from '../../director/index.ts';
import { formatIpAddress, IpProtocol } from '../../packet/index.ts';
import { Method } from '../layouts.ts';
import type { Registry, ServerEntry, ServiceEntry } from './registry.ts';

/**
 * The configured real server that another director's connection is with, looked for as ip_vs does; undefined if it is
 * not configured here.
 */
export function findTarget(
  registry: Registry,
  connection: SynchronisedConnection,
): ServerEntry | undefined {
  const address = formatIpAddress(connection.destination);
  const [service] = servicesOf(registry, connection);
  if (service === undefined) return undefined;
  return portsOf(connection)
    .map((port) => registry.findServer(service.index, { address, port }))
    .find((server) => server !== undefined && server.deletedAtMs === undefined);
}

/** Services that the connection may be of; the first that is configured is the one. */
function servicesOf(
  registry: Registry,
  { protocol, virtual, virtualPort, mark }: SynchronisedConnection,
): ServiceEntry[] {
  const family: AddressFamily = virtual.length === 4 ? 'ipv4' : 'ipv6';
  const name = protocolNames.get(protocol);
  const address = formatIpAddress(virtual);
  const ports = [virtualPort, ...(mayBeFtp(protocol, virtualPort) ? [21] : []), 0];
  const keys: ServiceKey[] = [
    ...(mark === 0 ? [] : [{ kind: 'mark' as const, mark, family }]),
    ...(name === undefined
      ? []
      : ports.map((port) => ({ kind: 'address' as const, protocol: name, address, port }))),
  ];
  return keys.flatMap((key) => {
    const found = registry.findService(key);
    return found === undefined || found.record.u32('live') === 0 ? [] : [found];
  });
}

const protocolNames = new Map<number, Protocol>([
  [IpProtocol.tcp, 'tcp'],
  [IpProtocol.udp, 'udp'],
  [IpProtocol.sctp, 'sctp'],
]);

/** Data connections of FTP, and the templates that go with them. */
const mayBeFtp = (protocol: number, port: number): boolean =>
  protocol === IpProtocol.tcp && (port === 0 || port === 20 || port >= 1024);

/** Real servers of a service by mark have no port of their own unless they are masqueraded. */
function portsOf({ mark, flags, destinationPort }: SynchronisedConnection): number[] {
  const isMasqueraded = (flags & SynchronisedFlag.methodMask) === Method.masquerading;
  return mark !== 0 && !isMasqueraded ? [0, destinationPort] : [destinationPort, 0];
}
