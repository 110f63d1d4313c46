import { isIPv4 } from 'node:net';
import type { AddressFamily, Protocol } from '../director/model.ts';
import { familyOf, formatIpAddress, parseIpAddress, type IpAddress } from '../packet/ip-address.ts';
import type { Names } from './names.ts';
import { parseNumber } from './numbers.ts';

/** An address with a port, if one was written. */
export interface Endpoint {
  readonly address: IpAddress;
  readonly family: AddressFamily;
  readonly port: number | undefined;
}

/**
 * Reads `host`, `host:port`, `[v6]:port` or a bare IPv6 address. Ports may be names of `protocol`.
 * Like ipvsadm it wants a port after brackets, and ignores it if they hold no IPv6 address.
 */
export async function parseEndpoint(
  text: string,
  protocol: Protocol | undefined,
  names: Names,
): Promise<Endpoint | undefined> {
  if (text.startsWith('[')) return parseBracketed(text, protocol, names);
  const bare = parseIpv6(text);
  if (bare !== undefined) return { address: bare, family: 'ipv6', port: undefined };
  return parsePlain(text, protocol, names);
}

async function parseBracketed(
  text: string,
  protocol: Protocol | undefined,
  names: Names,
): Promise<Endpoint | undefined> {
  const end = text.indexOf(']');
  if (end < 0 || text[end + 1] !== ':') return undefined;
  const inside = text.slice(1, end);
  const address = parseIpv6(inside);
  if (address === undefined) return parsePlain(inside, protocol, names);
  const port = parsePort(text.slice(end + 2), protocol, names);
  return port === undefined ? undefined : { address, family: 'ipv6', port };
}

async function parsePlain(
  text: string,
  protocol: Protocol | undefined,
  names: Names,
): Promise<Endpoint | undefined> {
  if (/^\d*$/.test(text)) return undefined;
  const colon = text.lastIndexOf(':');
  const host = colon < 0 ? text : text.slice(0, colon);
  const port = colon < 0 ? undefined : parsePort(text.slice(colon + 1), protocol, names);
  if (colon >= 0 && port === undefined) return undefined;
  const address = await parseHost(host, names);
  return address === undefined ? undefined : { address, family: 'ipv4', port };
}

function parsePort(text: string, protocol: Protocol | undefined, names: Names): number | undefined {
  const number = parseNumber(text, 0, 0xffff);
  if (number !== undefined || protocol === undefined) return number;
  return names.portOf(text, protocol);
}

/** An IPv4 address in any classic form, else the first one of a host of that name. */
export async function parseHost(text: string, names: Names): Promise<IpAddress | undefined> {
  if (text === '') return undefined;
  return parseClassicIpv4(text) ?? (/[\s:[\]]/.test(text) ? undefined : names.addressOf(text));
}

function parseIpv6(text: string): IpAddress | undefined {
  const address = parseIpAddress(text);
  return address !== undefined && familyOf(address) === 'ipv6' ? address : undefined;
}

/**
 * Reads what inet_aton(3) reads: one to four numbers, octal after 0 and hexadecimal after 0x, the last of
 * which fills the remaining bytes; whatever follows a blank is ignored.
 */
export function parseClassicIpv4(text: string): IpAddress | undefined {
  if (isIPv4(text)) return text;
  const parts = (/^[^ \t\n\v\f\r]*/.exec(text)?.[0] ?? '').split('.').map(parseClassicNumber);
  const last = parts.pop();
  if (last === undefined || parts.length > 3) return undefined;
  if (last >= 256 ** (4 - parts.length)) return undefined;
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, last);
  for (const [index, part] of parts.entries()) {
    if (part === undefined || part > 255) return undefined;
    bytes[index] = part;
  }
  return formatIpAddress(bytes);
}

function parseClassicNumber(text: string): number | undefined {
  if (/^0x[\da-f]+$/i.test(text)) return Number(text);
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8);
  return /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}
