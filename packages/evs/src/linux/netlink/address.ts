import { addressBytes, formatIpAddress, type IpAddress } from '../../packet/ip-address.ts';
import { attribute, numberOf } from './attributes.ts';
import { familyNumber, requestFlag } from './constants.ts';
import { AddressHeader } from './layouts.ts';
import { decodeBody, type Message } from './message.ts';
import type { RequestSocket } from './request-socket.ts';

/** IFA_ and IFA_F_ of include/uapi/linux/if_addr.h. */
const attributeType = {
  address: 1,
  local: 2,
  label: 3,
  broadcast: 4,
  cacheInfo: 6,
  flags: 8,
} as const;
const flagBit = {
  secondary: 1,
  noDetection: 2,
  deprecated: 0x20,
  tentative: 0x40,
  home: 0x10,
  manageTemporary: 0x100,
  noRoute: 0x200,
  autoJoin: 0x400,
} as const;

/** RT_SCOPE_ of include/uapi/linux/rtnetlink.h. */
export const addressScope = { global: 0, site: 200, link: 253, host: 254, nowhere: 255 } as const;

/** An address on a device. */
export interface InterfaceAddress {
  readonly ifindex: number;
  readonly address: IpAddress;
  readonly prefixLength: number;
  /** A number of `addressScope` or of /etc/iproute2/rt_scopes. */
  readonly scope: number;
  /** Another address of the same network came first. */
  readonly secondary: boolean;
  /** IPv6: not usable yet, duplicates are still looked for. */
  readonly tentative: boolean;
  /** Not to be used as a source of new connections. */
  readonly deprecated: boolean;
}

/** An address to be added. */
export interface NewAddress {
  readonly ifindex: number;
  readonly address: IpAddress;
  readonly prefixLength: number;
  readonly scope?: number;
  readonly broadcast?: IpAddress;
  /** Name for ifconfig, `eth0:1`; IPv4 only. */
  readonly label?: string;
  /** IPv6: usable at once, no duplicate address detection. */
  readonly noDetection?: boolean;
  /** Add no route to the network of the prefix. */
  readonly noPrefixRoute?: boolean;
  /** IPv6: not to be used as a source of new connections. */
  readonly deprecated?: boolean;
  /** IPv6: until then it may be; seconds. */
  readonly preferredSeconds?: number;
  /** The other end of a point-to-point link; the prefix length is then that of its network. */
  readonly peer?: IpAddress;
  /** IPv6: the home address of Mobile IPv6; one that temporary addresses are made from. */
  readonly home?: boolean;
  readonly manageTemporary?: boolean;
  /** Joins the multicast group that the address is. */
  readonly autoJoin?: boolean;
}

/** All addresses of the namespace, IPv4 and IPv6. */
export function dumpAddresses(socket: RequestSocket): InterfaceAddress[] {
  const header = AddressHeader.encode({ family: 0, prefixLength: 0, flags: 0, scope: 0, index: 0 });
  return socket
    .dump({ type: 'getAddress', parts: [header], attempt: 'list', on: 'addresses' })
    .flatMap((message) => decodeAddress(message) ?? []);
}

export function decodeAddress({ body }: Message): InterfaceAddress | undefined {
  const { header, attributes } = decodeBody(AddressHeader, body);
  // On a point-to-point link IFA_ADDRESS is the other end.
  const bytes = attributes.get(attributeType.local) ?? attributes.get(attributeType.address);
  if (bytes?.length !== 4 && bytes?.length !== 16) return undefined;
  const flags = numberOf(attributes.get(attributeType.flags)) ?? header.flags;
  return {
    ifindex: header.index,
    address: formatIpAddress(bytes),
    prefixLength: header.prefixLength,
    scope: header.scope,
    secondary: (flags & flagBit.secondary) !== 0,
    tentative: (flags & flagBit.tentative) !== 0,
    deprecated: (flags & flagBit.deprecated) !== 0,
  };
}

export function addAddress(socket: RequestSocket, wanted: NewAddress): void {
  const extra = [attribute(attributeType.flags, flagsOf(wanted))];
  if (wanted.broadcast !== undefined) {
    extra.push(attribute(attributeType.broadcast, addressBytes(wanted.broadcast)));
  }
  if (wanted.label !== undefined) extra.push(attribute(attributeType.label, wanted.label));
  const preferredSeconds = wanted.deprecated === true ? 0 : wanted.preferredSeconds;
  if (preferredSeconds !== undefined) {
    extra.push(attribute(attributeType.cacheInfo, preferredFor(preferredSeconds)));
  }
  socket.request({
    type: 'newAddress',
    flags: requestFlag.create | requestFlag.exclusive,
    parts: [...addressParts(wanted), ...extra],
    attempt: 'add address',
    on: `${wanted.address}/${wanted.prefixLength} to interface ${wanted.ifindex}`,
  });
}

export function removeAddress(
  socket: RequestSocket,
  unwanted: Pick<NewAddress, 'ifindex' | 'address' | 'prefixLength' | 'peer'>,
): void {
  socket.request({
    type: 'deleteAddress',
    parts: addressParts(unwanted),
    attempt: 'remove address',
    on: `${unwanted.address}/${unwanted.prefixLength} from interface ${unwanted.ifindex}`,
  });
}

function addressParts({
  ifindex,
  address,
  prefixLength,
  scope,
  peer,
}: Pick<NewAddress, 'ifindex' | 'address' | 'prefixLength' | 'scope' | 'peer'>): Uint8Array[] {
  const bytes = addressBytes(address);
  const header = AddressHeader.encode({
    family: familyNumber(bytes),
    prefixLength,
    flags: 0,
    scope: scope ?? addressScope.global,
    index: ifindex,
  });
  const other = peer === undefined ? bytes : addressBytes(peer);
  return [header, attribute(attributeType.local, bytes), attribute(attributeType.address, other)];
}

const flagsOf = (wanted: NewAddress): number =>
  (wanted.noDetection === true ? flagBit.noDetection : 0) |
  (wanted.noPrefixRoute === true ? flagBit.noRoute : 0) |
  (wanted.home === true ? flagBit.home : 0) |
  (wanted.manageTemporary === true ? flagBit.manageTemporary : 0) |
  (wanted.autoJoin === true ? flagBit.autoJoin : 0);

/** `struct ifa_cacheinfo`: preferred for some seconds, valid for ever. */
function preferredFor(seconds: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(seconds >>> 0, 0);
  bytes.writeUInt32LE(0xffff_ffff, 4);
  return bytes;
}
