import type { AddressFamily } from '../director/index.ts';
import {
  addressBytes,
  authenticationBytes,
  formatIpAddress,
  internetChecksum,
  vrrpAdvertisement,
  VrrpHeader2,
  VrrpHeader3,
  vrrpProtocol,
  type IpAddress,
} from '../packet/index.ts';

/** What one router tells the others. */
export interface Advertisement {
  readonly version: 2 | 3;
  readonly virtualRouterId: number;
  /** 0: the active router stops; 1 to 255. */
  readonly priority: number;
  readonly addresses: readonly IpAddress[];
  /** Whole seconds in version 2, hundredths of a second up to 40,950 ms in version 3. */
  readonly intervalMs: number;
  /** Version 2 only; its first eight bytes are sent, in clear text. */
  readonly password?: string;
  /** Version 2 only: it follows an authentication header, whose key the password is. */
  readonly sealed?: boolean;
}

/** Source and destination of the IP packet: version 3 includes them in the checksum. */
export interface Way {
  readonly source: IpAddress;
  readonly destination: IpAddress;
}

/** Values of the field authentication type, RFC 2338 section 5.3.6. */
export const AuthenticationType = { none: 0, password: 1, header: 2 } as const;

export function authenticationType({
  password,
  sealed,
}: Pick<Advertisement, 'password' | 'sealed'>): number {
  if (sealed === true) return AuthenticationType.header;
  return password === undefined ? AuthenticationType.none : AuthenticationType.password;
}

/** The VRRP packet of an advertisement, without the IP header. Without a way, its checksum covers no pseudo header. */
export function encodeAdvertisement(
  advertisement: Advertisement,
  way: Way | undefined,
): Uint8Array {
  const bytes =
    advertisement.version === 2 ? encodeVersion2(advertisement) : encodeVersion3(advertisement);
  const checksum = advertisementChecksum(bytes, way);
  new DataView(bytes.buffer).setUint16(checksumAt, checksum);
  return bytes;
}

const checksumAt = 6;

function encodeVersion2(advertisement: Advertisement): Uint8Array {
  const { addresses, intervalMs, sealed, priority, virtualRouterId } = advertisement;
  const password = sealed === true ? '' : (advertisement.password ?? '');
  const header = VrrpHeader2.encode({
    versionAndType: (2 << 4) | vrrpAdvertisement,
    virtualRouterId,
    priority,
    addressCount: addresses.length,
    authenticationType: authenticationType(advertisement),
    intervalSeconds: Math.round(intervalMs / 1_000),
    checksum: 0,
  });
  return join([header, ...addresses.map(addressBytes), passwordBytes(password)]);
}

function encodeVersion3(advertisement: Advertisement): Uint8Array {
  const { addresses, intervalMs, priority, virtualRouterId } = advertisement;
  const header = VrrpHeader3.encode({
    versionAndType: (3 << 4) | vrrpAdvertisement,
    virtualRouterId,
    priority,
    addressCount: addresses.length,
    interval: Math.round(intervalMs / 10),
    checksum: 0,
  });
  return join([header, ...addresses.map(addressBytes)]);
}

/** A password as it is sent: eight bytes, padded with zeros. */
export function passwordBytes(password: string): Uint8Array {
  const bytes = new Uint8Array(authenticationBytes);
  bytes.set(Buffer.from(password, 'utf8').subarray(0, authenticationBytes));
  return bytes;
}

/** Checksum of a VRRP packet, its own field taken as 0. Version 2 covers no addresses of the IP header. */
export function advertisementChecksum(packet: Uint8Array, way: Way | undefined): number {
  const bytes = packet.slice();
  bytes.fill(0, checksumAt, checksumAt + 2);
  const isVersion2 = (bytes[0] ?? 0) >> 4 === 2;
  return isVersion2 || way === undefined
    ? internetChecksum(bytes)
    : internetChecksum(pseudoHeader(way, bytes.length), bytes);
}

/** RFC 793 section 3.1 and RFC 8200 section 8.1: the words that are summed, whatever their order. */
function pseudoHeader({ source, destination }: Way, length: number): Uint8Array {
  const tail = Uint8Array.of(0, vrrpProtocol, length >> 8, length & 255);
  return join([addressBytes(source), addressBytes(destination), tail]);
}

/** The fields of a received packet as they stand there, not checked yet. */
export interface ReceivedFields {
  readonly version: number;
  readonly type: number;
  readonly virtualRouterId: number;
  readonly priority: number;
  readonly addresses: readonly IpAddress[];
  readonly intervalMs: number;
  readonly checksum: number;
  /** Version 2 only. */
  readonly authentication?: { readonly type: number; readonly data: Uint8Array };
}

/** Bytes that a packet should have, from its own version and number of addresses; undefined below a header. */
export function expectedBytes(packet: Uint8Array, family: AddressFamily): number | undefined {
  if (packet.length < VrrpHeader3.sizeBytes) return undefined;
  const [versionAndType = 0, , , count = 0] = packet;
  const tail = versionAndType >> 4 === 2 ? authenticationBytes : 0;
  return VrrpHeader3.sizeBytes + count * (family === 'ipv4' ? 4 : 16) + tail;
}

/** Takes a packet of `expectedBytes` apart. */
export function decodeAdvertisement(packet: Uint8Array, family: AddressFamily): ReceivedFields {
  const header = VrrpHeader3.decode(packet);
  const version = header.versionAndType >> 4;
  const size = family === 'ipv4' ? 4 : 16;
  const addressAt = (index: number): number => VrrpHeader3.sizeBytes + index * size;
  const addresses = Array.from({ length: header.addressCount }, (_, index) =>
    formatIpAddress(packet.subarray(addressAt(index), addressAt(index + 1))),
  );
  return {
    version,
    type: header.versionAndType & 15,
    virtualRouterId: header.virtualRouterId,
    priority: header.priority,
    addresses,
    checksum: header.checksum,
    ...(version === 2
      ? {
          intervalMs: (header.interval & 255) * 1_000,
          authentication: {
            type: header.interval >> 8,
            data: packet.slice(addressAt(header.addressCount)),
          },
        }
      : { intervalMs: (header.interval & 0x0fff) * 10 }),
  };
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
