import { addressBytes, familyOf, formatIpAddress, type IpAddress } from '../packet/ip-address.ts';

/** An address as inet_ntop(3) writes it: IPv6 that holds an IPv4 address ends in dotted quads. */
export function printAddress(address: IpAddress): string {
  if (familyOf(address) === 'ipv4') return address;
  const bytes = addressBytes(address);
  const zeros = bytes.findIndex((byte) => byte !== 0);
  const compatible = zeros === 12 || zeros === 13;
  const mapped = zeros === 10 && bytes[10] === 255 && bytes[11] === 255;
  if (!compatible && !mapped) return address;
  return `${mapped ? '::ffff:' : '::'}${formatIpAddress(bytes.subarray(12))}`;
}
