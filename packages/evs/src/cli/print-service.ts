import {
  serviceFamily,
  type AddressFamily,
  type Persistence,
  type Protocol,
  type ServiceKey,
  type VirtualService,
} from '../director/index.ts';
import type { EndpointPrinter } from './endpoint-printer.ts';
import { ipv4Mask } from './masks.ts';
import { writeSchedulerFlags } from './scheduler-flags.ts';

/** Everything of a service that a listing shows before its real servers. */
export type PrintedService = Omit<VirtualService, 'realServers'>;

/** A name longer than that is cut, unless it is of an IPv6 address. */
const longestEndpoint = 28;

/** `TCP  10.0.0.1:80` or `FWM  7 IPv6`. */
export function printServiceName(key: ServiceKey, endpoint: EndpointPrinter): string {
  if (key.kind === 'mark') {
    return `FWM  ${signedMark(key.mark)}${key.family === 'ipv6' ? ' IPv6' : ''}`;
  }
  return `${key.protocol.toUpperCase().padEnd(4)} ${cutEndpoint(endpoint(key, key.protocol))}`;
}

/** The protocol by which the ports of a service are named; those of a mark are not. */
export const protocolOf = (key: ServiceKey): Protocol | undefined =>
  key.kind === 'mark' ? undefined : key.protocol;

/** ipvsadm prints marks as signed numbers. */
export const signedMark = (mark: number): number => mark | 0;

export const cutEndpoint = (text: string): string =>
  text.startsWith('[') ? text : text.slice(0, longestEndpoint);

/** `wlc (flag-1) persistent 360 mask 255.255.255.0 pe sip ops`. */
export function printServiceSettings(service: PrintedService): string {
  const { scheduler, schedulerFlags, onePacket } = service;
  const flags = schedulerFlags === 0 ? '' : ` (${writeSchedulerFlags(schedulerFlags, scheduler)})`;
  return `${scheduler}${flags}${printPersistence(service)}${onePacket ? ' ops' : ''}`;
}

function printPersistence({ key, persistence }: PrintedService): string {
  if (persistence === undefined) return '';
  const mask = printMask(persistence.mask, serviceFamily(key));
  const engine = persistence.engine === undefined ? '' : ` pe ${persistence.engine}`;
  return ` persistent ${persistence.timeoutSeconds}${mask === undefined ? '' : ` mask ${mask}`}${engine}`;
}

/** A mask as `-M` takes it; undefined if every bit counts. */
export function printMask(mask: Persistence['mask'], family: AddressFamily): string | undefined {
  if (typeof mask === 'string') return mask;
  if (family === 'ipv6') return mask === 128 ? undefined : String(mask);
  return mask === 32 ? undefined : ipv4Mask(mask);
}
