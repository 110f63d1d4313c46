import { addressBytes, formatIpAddress, type IpAddress } from '../../packet/ip-address.ts';
import { attribute } from './attributes.ts';
import { familyNumber, requestFlag } from './constants.ts';
import { NeighbourHeader } from './layouts.ts';
import { decodeBody, type Message } from './message.ts';
import type { RequestSocket } from './request-socket.ts';

/** NDA_, NTF_ and NUD_ of include/uapi/linux/neighbour.h. */
const attributeType = { destination: 1, linkAddress: 2 } as const;
const NTF_USE = 1;
const states = [
  'incomplete',
  'reachable',
  'stale',
  'delay',
  'probe',
  'failed',
  'noArp',
  'permanent',
] as const;

/** How sure the kernel is of a neighbour; `none` is an entry that was just made. */
export type NeighbourState = (typeof states)[number] | 'none';

/** Which hardware address belongs to an IP address on a link. */
export interface Neighbour {
  readonly ifindex: number;
  readonly address: IpAddress;
  /** Unknown while it is being resolved, and after that failed. */
  readonly mac: Uint8Array | undefined;
  readonly state: NeighbourState;
}

/** The neighbours of the namespace, IPv4 and IPv6. */
export function dumpNeighbours(socket: RequestSocket): Neighbour[] {
  const header = NeighbourHeader.encode({ family: 0, index: 0, state: 0, flags: 0, type: 0 });
  return socket
    .dump({ type: 'getNeighbour', parts: [header], attempt: 'list', on: 'neighbours' })
    .flatMap((message) => decodeNeighbour(message) ?? []);
}

/** Undefined for entries that are no neighbours, such as a bridge's table of stations. */
export function decodeNeighbour({ body }: Message): Neighbour | undefined {
  const { header, attributes } = decodeBody(NeighbourHeader, body);
  const destination = attributes.get(attributeType.destination);
  if (destination === undefined || header.family !== familyNumber(destination)) return undefined;
  const mac = attributes.get(attributeType.linkAddress);
  return {
    ifindex: header.index,
    address: formatIpAddress(destination),
    mac: mac === undefined ? undefined : Uint8Array.from(mac),
    state: states.find((_, bit) => header.state === 1 << bit) ?? 'none',
  };
}

/**
 * Makes the kernel find out the hardware address of a neighbour, or confirm a stale one, as if it had a packet
 * to send. The answer comes as a neighbour event.
 */
export function resolveNeighbour(socket: RequestSocket, ifindex: number, address: IpAddress): void {
  const bytes = addressBytes(address);
  const header = NeighbourHeader.encode({
    family: familyNumber(bytes),
    index: ifindex,
    state: 0,
    flags: NTF_USE,
    type: 0,
  });
  socket.request({
    type: 'newNeighbour',
    flags: requestFlag.create | requestFlag.replace,
    parts: [header, attribute(attributeType.destination, bytes)],
    attempt: 'resolve neighbour',
    on: `${address} on interface ${ifindex}`,
  });
}
