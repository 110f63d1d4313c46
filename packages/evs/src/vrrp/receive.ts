import { vrrpAdvertisement, type IpAddress } from '../packet/index.ts';
import {
  advertisementChecksum,
  authenticationType,
  AuthenticationType,
  decodeAdvertisement,
  expectedBytes,
  passwordBytes,
  type ReceivedFields,
} from './advertisement.ts';
import type { VirtualRouter } from './virtual-router.ts';

/** Why a received packet does not count. Each is counted by itself. */
export const rejections = [
  'wrong authentication header',
  'replayed',
  'too short',
  'too long',
  'wrong time to live',
  'wrong version',
  'wrong authentication type',
  'wrong password',
  'wrong interval',
  'wrong type',
  'wrong number of addresses',
  'wrong checksum',
  'unicast expected',
  'multicast expected',
  'address missing',
  'unknown peer',
  'time to live out of range',
  'our own',
] as const;
export type Rejection = (typeof rejections)[number];

/** A VRRP packet as it came. */
export interface Arrival {
  /** What follows the IP header, which may be anything. */
  readonly packet: Uint8Array;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** TTL or hop limit. */
  readonly timeToLive: number;
  /** Why it does not count, whatever it says. */
  readonly refused?: Rejection;
}

/** What counts of an advertisement for the state machine. */
export interface ValidAdvertisement {
  readonly source: IpAddress;
  readonly priority: number;
  readonly intervalMs: number;
}

interface Question {
  readonly router: VirtualRouter;
  readonly arrival: Arrival;
  readonly fields: ReceivedFields;
}
type Check = (question: Question) => Rejection | undefined;

/**
 * Decides whether a packet for this virtual router id is an advertisement that counts; RFC 9568 section 7.1, in
 * the order of keepalived, so that both name the same reason.
 */
export function receive(
  router: VirtualRouter,
  primaryAddress: IpAddress,
  arrival: Arrival,
): ValidAdvertisement | Rejection {
  const { packet, source, refused } = arrival;
  if (refused !== undefined) return refused;
  const expected = expectedBytes(packet, router.family);
  if (expected === undefined || packet.length < expected) return 'too short';
  if (packet.length > expected) return 'too long';
  const fields = decodeAdvertisement(packet, router.family);
  for (const check of checks) {
    const rejection = check({ router, arrival, fields });
    if (rejection !== undefined) return rejection;
  }
  if (source === primaryAddress) return 'our own';
  return { source, priority: fields.priority, intervalMs: fields.intervalMs };
}

const rejectIf = (wrong: boolean, rejection: Rejection): Rejection | undefined =>
  wrong ? rejection : undefined;
const isUnicast = ({ unicastPeers }: VirtualRouter): boolean => unicastPeers.length > 0;

const checks: readonly Check[] = [
  ({ router, arrival }) =>
    rejectIf(!isUnicast(router) && arrival.timeToLive !== 255, 'wrong time to live'),
  ({ router, fields }) => rejectIf(fields.version !== router.version, 'wrong version'),
  checkAuthentication,
  ({ router, fields }) =>
    rejectIf(
      router.version === 2 && fields.intervalMs !== router.advertiseIntervalMs,
      'wrong interval',
    ),
  ({ fields }) => rejectIf(fields.type !== vrrpAdvertisement, 'wrong type'),
  ({ router, fields }) =>
    rejectIf(fields.addresses.length !== router.addresses.length, 'wrong number of addresses'),
  ({ router, arrival, fields }) =>
    rejectIf(!hasRightChecksum(router, arrival, fields), 'wrong checksum'),
  checkDestination,
  ({ router, fields }) =>
    rejectIf(
      !(router.skipAddressCheck || router.sealed === true) &&
        router.addresses.some((address) => !fields.addresses.includes(address)),
      'address missing',
    ),
  checkPeer,
];

function checkAuthentication({ router, fields }: Question): Rejection | undefined {
  const { authentication } = fields;
  if (authentication === undefined) return undefined;
  const wanted = authenticationType(router);
  if (authentication.type !== wanted) return 'wrong authentication type';
  if (wanted !== AuthenticationType.password) return undefined;
  const ours = passwordBytes(router.password ?? '');
  const same = ours.every((byte, index) => byte === authentication.data[index]);
  return rejectIf(!same, 'wrong password');
}

/** By unicast, some senders sum the multicast group in place of the destination: keepalived before 1.3.6. */
function hasRightChecksum(
  router: VirtualRouter,
  arrival: Arrival,
  fields: ReceivedFields,
): boolean {
  const destinations = isUnicast(router)
    ? [arrival.destination, router.group]
    : [arrival.destination];
  const ways = destinations.map((destination) => ({ source: arrival.source, destination }));
  return (router.checksum === 'none' ? [undefined] : ways).some(
    (way) => advertisementChecksum(arrival.packet, way) === fields.checksum,
  );
}

function checkDestination({ router, arrival }: Question): Rejection | undefined {
  const multicast = arrival.destination === router.group;
  if (isUnicast(router)) return rejectIf(multicast, 'unicast expected');
  return rejectIf(!multicast, 'multicast expected');
}

function checkPeer({ router, arrival }: Question): Rejection | undefined {
  if (!isUnicast(router)) return undefined;
  const peer = router.unicastPeers.find(({ address }) => address === arrival.source);
  if (peer === undefined) return rejectIf(router.checkUnicastSource, 'unknown peer');
  const bounds = peer.timeToLive;
  if (bounds === undefined) return undefined;
  const { timeToLive } = arrival;
  return rejectIf(
    timeToLive < bounds.least || timeToLive > bounds.most,
    'time to live out of range',
  );
}
