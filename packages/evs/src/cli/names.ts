import { readFileSync } from 'node:fs';
import type { Protocol } from '../director/model.ts';
import { parseIpAddress, type IpAddress } from '../packet/ip-address.ts';

/** The system's names of hosts and ports. */
export interface Names {
  /** The first IPv4 address of a host. */
  addressOf(host: string): Promise<IpAddress | undefined>;
  hostOf(address: IpAddress): Promise<string | undefined>;
  portOf(service: string, protocol: Protocol): number | undefined;
  serviceOf(port: number, protocol: Protocol): string | undefined;
}

/** One line of the services database, see services(5). */
export interface ServiceName {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly aliases: readonly string[];
}

/** The names that this machine knows: the resolver, and /etc/services, which is read when first needed. */
export function systemNames(): Names {
  let table: readonly ServiceName[] | undefined;
  return {
    addressOf: async (host) => {
      const { lookup } = await import('node:dns/promises');
      const found = await lookup(host, { family: 4 }).catch(() => undefined);
      return found === undefined ? undefined : parseIpAddress(found.address);
    },
    hostOf: async (address) => {
      const { lookupService } = await import('node:dns/promises');
      const found = await lookupService(address, 0).catch(() => undefined);
      return found?.hostname;
    },
    portOf: (service, protocol) => findPort((table ??= readServices()), service, protocol),
    serviceOf: (port, protocol) => findService((table ??= readServices()), port, protocol),
  };
}

/** Parses the services database. Lines that make no sense are skipped. */
export const parseServices = (text: string): ServiceName[] =>
  text.split('\n').flatMap((line) => {
    const [name, end = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    const [port, protocol] = end.split('/');
    if (name === undefined || protocol === undefined) return [];
    return [{ name, port: Number(port), protocol, aliases }];
  });

/** The port of a service by its name or an alias. */
export const findPort = (
  table: readonly ServiceName[],
  service: string,
  protocol: Protocol,
): number | undefined =>
  table.find(
    (entry) =>
      entry.protocol === protocol && (entry.name === service || entry.aliases.includes(service)),
  )?.port;

/** The name of the first service on a port. */
export const findService = (
  table: readonly ServiceName[],
  port: number,
  protocol: Protocol,
): string | undefined =>
  table.find((entry) => entry.protocol === protocol && entry.port === port)?.name;

function readServices(): readonly ServiceName[] {
  try {
    return parseServices(readFileSync('/etc/services', 'utf8'));
  } catch {
    return [];
  }
}
