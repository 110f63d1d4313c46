import { be16, be32, bytes, packed, u8 } from '@evs/ebpf';
import { Ethernet, EtherType } from './ethernet.ts';
import { internetChecksum } from './internet-checksum.ts';
import { addressBytes, familyOf, type IpAddress } from './ip-address.ts';
import { IpProtocol } from './ipv4.ts';
import { Ipv6 } from './ipv6.ts';

/** ARP for IPv4 over Ethernet, RFC 826. */
export const Arp = packed('arp', {
  hardwareType: be16,
  protocolType: be16,
  hardwareSize: u8,
  protocolSize: u8,
  operation: be16,
  senderMac: bytes(6),
  senderAddress: bytes(4),
  targetMac: bytes(6),
  targetAddress: bytes(4),
});

/** Neighbour advertisement with its target link-layer address option, RFC 4861 sections 4.4 and 4.6.1. */
export const NeighbourAdvertisement = packed('neighbour advertisement', {
  type: u8,
  code: u8,
  checksum: be16,
  /** Router 2^31, solicited 2^30, override 2^29. */
  flags: be32,
  target: bytes(16),
  optionType: u8,
  optionLength: u8,
  optionMac: bytes(6),
});

const broadcastMac = new Uint8Array(6).fill(0xff);
const allNodes = { mac: Uint8Array.of(0x33, 0x33, 0, 0, 0, 1), address: 'ff02::1' } as const;

/**
 * The frame that tells a segment at which MAC address (6 bytes) an address is found now: a gratuitous ARP request
 * for IPv4, RFC 5227 section 3, an unsolicited neighbour advertisement for IPv6, RFC 4861 section 7.2.6.
 */
export const announcementFrame = (
  address: IpAddress,
  mac: Uint8Array,
  isRouter: boolean,
): Uint8Array =>
  familyOf(address) === 'ipv4' ? gratuitousArp(address, mac) : unsolicited(address, mac, isRouter);

function gratuitousArp(address: IpAddress, mac: Uint8Array): Uint8Array {
  const arp = Arp.encode({
    hardwareType: 1,
    protocolType: EtherType.ipv4,
    hardwareSize: 6,
    protocolSize: 4,
    operation: 1,
    senderMac: mac,
    senderAddress: addressBytes(address),
    targetMac: broadcastMac,
    targetAddress: addressBytes(address),
  });
  return frame(broadcastMac, mac, EtherType.arp, arp);
}

function unsolicited(address: IpAddress, mac: Uint8Array, isRouter: boolean): Uint8Array {
  const source = addressBytes(address);
  const destination = addressBytes(allNodes.address);
  const message = NeighbourAdvertisement.encode({
    type: 136,
    code: 0,
    checksum: 0,
    flags: (isRouter ? 2 ** 31 : 0) + 2 ** 29,
    target: source,
    optionType: 2,
    optionLength: 1,
    optionMac: mac,
  });
  const pseudoHeader = Uint8Array.of(0, message.length, 0, IpProtocol.icmpv6);
  const checksum = internetChecksum(source, destination, pseudoHeader, message);
  new DataView(message.buffer).setUint16(NeighbourAdvertisement.offsetOf('checksum'), checksum);
  const ip = Ipv6.encode({
    versionClassFlow: 6 * 2 ** 28,
    payloadLength: message.length,
    nextHeader: IpProtocol.icmpv6,
    hopLimit: 255,
    source,
    destination,
  });
  return frame(allNodes.mac, mac, EtherType.ipv6, new Uint8Array([...ip, ...message]));
}

function frame(
  destination: Uint8Array,
  source: Uint8Array,
  etherType: number,
  payload: Uint8Array,
): Uint8Array {
  const header = Ethernet.encode({ destination, source, etherType });
  return new Uint8Array([...header, ...payload]);
}
