import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  addressBytes,
  AuthenticationHeader,
  authenticationHeaderProtocol,
  Ipv4,
  vrrpProtocol,
  type IpAddress,
} from '../packet/index.ts';
import { passwordBytes } from './advertisement.ts';

/** What is sealed, and for whom. */
export interface Sealing {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly timeToLive: number;
  /** Of the IP packet, 1 to 65,535: it is signed, too. */
  readonly identification: number;
  /** Grows with every packet of a virtual router, whoever sends it. */
  readonly sequence: number;
  readonly password: string;
}

/** Network control. */
const typeOfService = 0xc0;
const headBytes = Ipv4.sizeBytes + AuthenticationHeader.sizeBytes;
const checkValueAt = Ipv4.sizeBytes + AuthenticationHeader.offsetOf('checkValue');
const checkValueBytes = headBytes - checkValueAt;

/** A VRRP packet of version 2 as an IPv4 packet with an authentication header, signed as keepalived does. */
export function sealPacket(packet: Uint8Array, sealing: Sealing): Uint8Array {
  const { source, destination, timeToLive, identification, sequence } = sealing;
  const [from, to] = [wordOf(source), wordOf(destination)];
  const sealed = Buffer.concat([
    Ipv4.encode({
      versionAndLength: 0x45,
      typeOfService,
      totalLength: headBytes + packet.length,
      identification,
      fragment: 0,
      timeToLive,
      protocol: authenticationHeaderProtocol,
      checksum: 0,
      source: from,
      destination: to,
    }),
    AuthenticationHeader.encode({
      nextHeader: vrrpProtocol,
      length: AuthenticationHeader.sizeBytes / 4 - 2,
      reserved: 0,
      securityParameters: from,
      sequence,
      checkValue: new Uint8Array(checkValueBytes),
    }),
    packet,
  ]);
  sealed.set(checkValueOf(sealed, sealing.password), checkValueAt);
  return sealed;
}

/** The VRRP packet in an IPv4 packet, and its sequence; whether the password signed it. Undefined if it is no such. */
export function openPacket(
  sealed: Uint8Array,
  password: string,
):
  | { readonly packet: Uint8Array; readonly sequence: number; readonly genuine: boolean }
  | undefined {
  if (sealed.length < headBytes || sealed[0] !== 0x45) return undefined;
  const { nextHeader, sequence, checkValue } = AuthenticationHeader.decode(
    sealed.subarray(Ipv4.sizeBytes, headBytes),
  );
  if (nextHeader !== vrrpProtocol) return undefined;
  const genuine = timingSafeEqual(checkValueOf(sealed, password), checkValue);
  return { packet: sealed.slice(headBytes), sequence, genuine };
}

/**
 * HMAC-MD5 of everything, cut to 96 bits, RFC 2403; what changes on the way counts as 0: RFC 2402 section 3.3.3.1. The
 * TTL of multicast does not, since it stays on its segment.
 */
function checkValueOf(sealed: Uint8Array, password: string): Buffer {
  const bytes = Buffer.from(sealed);
  const [first = 0] = bytes.subarray(Ipv4.offsetOf('destination'));
  const isMulticast = first >> 4 === 14;
  bytes.fill(0, Ipv4.offsetOf('typeOfService'), Ipv4.offsetOf('typeOfService') + 1);
  bytes.fill(0, Ipv4.offsetOf('fragment'), Ipv4.offsetOf('fragment') + 2);
  bytes.fill(0, Ipv4.offsetOf('checksum'), Ipv4.offsetOf('checksum') + 2);
  if (!isMulticast) bytes.fill(0, Ipv4.offsetOf('timeToLive'), Ipv4.offsetOf('timeToLive') + 1);
  bytes.fill(0, checkValueAt, headBytes);
  const key = passwordBytes(password);
  return createHmac('md5', key).update(bytes).digest().subarray(0, checkValueBytes);
}

const wordOf = (address: IpAddress): number => Buffer.from(addressBytes(address)).readUInt32BE(0);
