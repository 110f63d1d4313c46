import { familyOf } from '../packet/ip-address.ts';
import type { RealServerKey, ServiceKey } from './model.ts';

/** `10.0.0.1:80` or `[2001:db8::1]:80`. */
export const endpointText = ({ address, port }: RealServerKey): string =>
  familyOf(address) === 'ipv6' ? `[${address}]:${port}` : `${address}:${port}`;

/** For messages: `tcp 10.0.0.1:80`, `mark 7`, `mark 7 IPv6`. */
export function keyText(key: ServiceKey): string {
  if (key.kind === 'address') return `${key.protocol} ${endpointText(key)}`;
  return `mark ${key.mark}${key.family === 'ipv6' ? ' IPv6' : ''}`;
}
