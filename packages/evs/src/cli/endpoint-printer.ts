import type { Protocol, RealServerKey } from '../director/index.ts';
import { familyOf, type IpAddress } from '../packet/ip-address.ts';
import type { Names } from './names.ts';
import { printAddress } from './print-address.ts';

/** Writes an address with its port, by name or by number; without a protocol ports have no names. */
export type EndpointPrinter = (endpoint: RealServerKey, protocol: Protocol | undefined) => string;

export const printNumeric: EndpointPrinter = ({ address, port }) =>
  join(address, printAddress(address), String(port));

/** A printer with the system's names for these addresses. Each is asked for once, all at a time. */
export async function namedPrinter(
  addresses: readonly IpAddress[],
  names: Names,
): Promise<EndpointPrinter> {
  const unique = [...new Set(addresses)];
  const found = await Promise.all(unique.map((address) => names.hostOf(address)));
  const hosts = new Map(unique.map((address, index) => [address, found[index]]));
  return ({ address, port }, protocol) =>
    join(
      address,
      hosts.get(address) ?? printAddress(address),
      (protocol === undefined ? undefined : names.serviceOf(port, protocol)) ?? String(port),
    );
}

const join = (address: IpAddress, host: string, port: string): string =>
  familyOf(address) === 'ipv6' ? `[${host}]:${port}` : `${host}:${port}`;
