import { familyOf, parseIpAddress, type IpAddress } from '../../../packet/index.ts';
import { optional, wordValue, type Value } from '../value.ts';
import { integer } from './numbers.ts';

/** An IPv4 or IPv6 address. */
export const address: Value<IpAddress> = wordValue('IP', (text) => {
  const value = parseIpAddress(text);
  return value === undefined ? { problem: `'${text}' is no IP address` } : { value };
});

export const port = integer(1, 65_535, 'PORT');
/** A port; 0 if it is left out. */
export const portOrNone: Value<number> = optional(port, 0);

/** An IPv4 multicast address, RFC 1112. */
export const group4 = multicast(/^2(2[4-9]|3\d)\./, 'IPv4');
/** An IPv6 multicast address, RFC 4291. */
export const group6 = multicast(/^ff/, 'IPv6');
/** Either. */
export const anyGroup = multicast(/^(2(2[4-9]|3\d)\.|ff)/, 'IPv4 or IPv6');

function multicast(form: RegExp, family: string): Value<IpAddress> {
  return wordValue('GROUP', (text) => {
    const value = parseIpAddress(text);
    return value !== undefined && form.test(value)
      ? { value }
      : { problem: `'${text}' is no ${family} multicast address` };
  });
}

/** An address and the number of its leading bits that name the network. */
export interface Prefix {
  readonly address: IpAddress;
  readonly length: number;
}

/** `IP[/LENGTH]`; without a length, all bits: /32 or /128. */
export const prefix: Value<Prefix> = wordValue('IP[/LENGTH]', (text) => parsePrefix(text));

/** A prefix, or what is wrong with it. */
export function parsePrefix(
  text: string,
): { readonly value: Prefix } | { readonly problem: string } {
  const slash = text.indexOf('/');
  const parsed = parseIpAddress(slash < 0 ? text : text.slice(0, slash));
  if (parsed === undefined) return { problem: `'${text}' is no IP address` };
  const most = familyOf(parsed) === 'ipv4' ? 32 : 128;
  const digits = slash < 0 ? String(most) : text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(digits) || Number(digits) > most) {
    return { problem: `'${digits}' is no prefix length: 0 to ${most}` };
  }
  return { value: { address: parsed, length: Number(digits) } };
}
