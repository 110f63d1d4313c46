import { defined, type Configuration } from '../../../config/index.ts';
import { addressScope } from '../../../linux/index.ts';
import { addressBytes, familyOf, formatIpAddress, type IpAddress } from '../../../packet/index.ts';
import type { HeldAddress } from '../../../vrrp/index.ts';

type AddressEntry = Configuration['staticAddresses'][number];

/** An address entry as the kernel takes it. keepalived.conf(5), static_ipaddress. */
export function heldAddress(entry: AddressEntry): HeldAddress {
  const { prefix, device, label, peer, noTrack, flags, scope } = entry;
  const isOne = (flag: string): true | undefined => flags.includes(flag) || undefined;
  return {
    address: prefix.address,
    prefixLength: peer?.length ?? prefix.length,
    noTrack,
    ...defined({
      device,
      label,
      peer: peer?.address,
      scope: scope === undefined ? undefined : scopeNumber(scope),
      broadcast: broadcastOf(entry),
      home: isOne('home'),
      manageTemporary: isOne('mngtmpaddr'),
      noPrefixRoute: isOne('noprefixroute'),
      autoJoin: isOne('autojoin'),
    }),
    ...(familyOf(prefix.address) === 'ipv6' && ipv6Manners(entry)),
  };
}

/** Usable at once unless told otherwise; a single address is never a source of new connections. */
function ipv6Manners({ prefix, flags, preferredLifetime }: AddressEntry): Partial<HeldAddress> {
  const lifetime =
    preferredLifetime === undefined || preferredLifetime === 'forever'
      ? {}
      : { preferredSeconds: Number(preferredLifetime) };
  const single = prefix.length === 128 && preferredLifetime === undefined;
  return {
    noDetection: !flags.includes('-nodad'),
    ...lifetime,
    ...(single && { deprecated: true }),
  };
}

/** By name, or by number. rt_scopes of iproute2. */
export const scopeNumber = (scope: string): number =>
  Object.hasOwn(addressScope, scope)
    ? addressScope[scope as keyof typeof addressScope]
    : Number(scope);

/** `+`: all bits of the host are set; `-`: none. ip-address(8). */
function broadcastOf({ prefix, broadcast }: AddressEntry): IpAddress | undefined {
  if (broadcast !== '+' && broadcast !== '-') return broadcast;
  const bytes = addressBytes(prefix.address);
  for (let bit = prefix.length; bit < bytes.length * 8; bit++) {
    const mask = 0x80 >> (bit & 7);
    const byte = bytes[bit >> 3] ?? 0;
    bytes[bit >> 3] = broadcast === '+' ? byte | mask : byte & ~mask;
  }
  return formatIpAddress(bytes);
}
