import type { AddressFamily, Protocol, ServiceKey } from '../../director/index.ts';
import { addressBytes, familyOf, formatIpAddress, type IpAddress } from '../../packet/index.ts';
import type { GroupEntry, VirtualServerName } from '../language/values/virtual.ts';

/** The services of the director that a virtual server stands for: one for each address and each mark. */
export function servicesOf(
  name: VirtualServerName,
  groups: ReadonlyMap<string, readonly GroupEntry[]>,
  protocol: Protocol,
  family: AddressFamily,
): readonly ServiceKey[] {
  if (name.kind === 'mark') return [{ kind: 'mark', mark: name.mark, family }];
  if (name.kind === 'address') {
    return [{ kind: 'address', protocol, address: name.address, port: name.port }];
  }
  return (groups.get(name.group) ?? []).flatMap((entry): readonly ServiceKey[] =>
    entry.kind === 'mark'
      ? [{ kind: 'mark', mark: entry.mark, family }]
      : Array.from({ length: entry.count }, (_, index) => ({
          kind: 'address',
          protocol,
          address: advanced(entry.first, index),
          port: entry.port,
        })),
  );
}

/** The address so many further. A prefix begins at its network's address. */
export function advanced(address: IpAddress, by: number): IpAddress {
  const bytes = addressBytes(address);
  let carry = by;
  for (let at = bytes.length - 1; carry > 0 && at >= 0; at--) {
    const sum = (bytes[at] ?? 0) + (carry & 0xff);
    bytes[at] = sum & 0xff;
    carry = (carry >> 8) + (sum >> 8);
  }
  return formatIpAddress(bytes);
}

/** Family of a virtual server: of its address, of its group's first, or as ip_family says. */
export function familyOfServer(
  name: VirtualServerName,
  groups: ReadonlyMap<string, readonly GroupEntry[]>,
  said: 'inet' | 'inet6' | undefined,
  firstRealServer: IpAddress | undefined,
): AddressFamily {
  if (name.kind === 'address') return familyOf(name.address);
  const entries = name.kind === 'group' ? (groups.get(name.group) ?? []) : [];
  const range = entries.find((entry) => entry.kind === 'range');
  if (range !== undefined) return familyOf(range.first);
  if (said !== undefined) return said === 'inet' ? 'ipv4' : 'ipv6';
  return firstRealServer === undefined ? 'ipv4' : familyOf(firstRealServer);
}

/** How logs and mails call a virtual server. */
export function labelOf(name: VirtualServerName, protocol: Protocol): string {
  if (name.kind === 'mark') return `FWM ${name.mark}`;
  if (name.kind === 'group') return `[${name.group}]:0`;
  return `[${name.address}]:${protocol}:${name.port}`;
}
