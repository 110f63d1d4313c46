import { addressBytes, formatIpAddress, type IpAddress } from '../packet/ip-address.ts';

/** An IPv4 mask as the number of its leading bits; itself if it has holes. */
export function shortenMask(mask: IpAddress): IpAddress | number {
  const bits = [...addressBytes(mask)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const [ones = ''] = /^1*/.exec(bits) ?? [];
  return bits.slice(ones.length).includes('1') ? mask : ones.length;
}

/** An IPv4 mask with this many leading bits. */
export function ipv4Mask(prefix: number): IpAddress {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, 2 ** 32 - 2 ** (32 - prefix));
  return formatIpAddress(bytes);
}
