import {
  addressBytes,
  familyOf,
  formatIpAddress,
  type IpAddress,
} from '../../packet/ip-address.ts';
import { attribute, attributesIn, numberOf, type AttributeValues } from './attributes.ts';
import { familyNumber } from './constants.ts';
import { RouteHeader } from './layouts.ts';
import { decodeBody, type Message } from './message.ts';
import { NetlinkError } from './netlink-error.ts';
import type { Request, RequestSocket } from './request-socket.ts';

/** RTA_ and RTAX_ of include/uapi/linux/rtnetlink.h. */
export const routeAttribute = {
  destination: 1,
  source: 2,
  outputInterface: 4,
  gateway: 5,
  priority: 6,
  preferredSource: 7,
  metrics: 8,
  multipath: 9,
  realms: 11,
  table: 15,
  via: 18,
  preference: 20,
  expires: 23,
  ttlPropagate: 26,
} as const;
const attributeType = routeAttribute;
const metricMtu = 2;
export const routeTypes = [
  'unspecified',
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
] as const;
/** What a look-up says when no route, or a blackhole, unreachable or prohibit route, is found. */
const noWay = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'EINVAL', 'EACCES']);

export type RouteType = (typeof routeTypes)[number] | 'other';

/** The way that packets to an address take. */
export interface RouteTo {
  readonly ifindex: number;
  /** The neighbour to send to, if it is not the destination itself; may be IPv6 for an IPv4 destination. */
  readonly gateway: IpAddress | undefined;
  /** The source address that the kernel would take. */
  readonly source: IpAddress | undefined;
  /** If the route sets or has learnt one; the device's counts else. */
  readonly mtu: number | undefined;
  readonly type: RouteType;
}

/** An entry of a routing table. */
export interface Route extends Omit<RouteTo, 'ifindex'> {
  /** Undefined for a default route. */
  readonly destination: IpAddress | undefined;
  readonly prefixLength: number;
  readonly family: 'ipv4' | 'ipv6';
  /** Of a route with several next hops: the first. 0 for a blackhole. */
  readonly ifindex: number;
  /** 254 main, 255 local. */
  readonly table: number;
  readonly priority: number;
}

/** All routes of the namespace, of all tables. */
export function dumpRoutes(socket: RequestSocket): Route[] {
  return socket
    .dump({
      type: 'getRoute',
      parts: [RouteHeader.encode(emptyHeader)],
      attempt: 'list',
      on: 'routes',
    })
    .flatMap((message) => decodeRoute(message) ?? []);
}

/** Asks the kernel how it would send to addresses; undefined where it would not. */
export function routesTo(
  socket: RequestSocket,
  addresses: readonly IpAddress[],
): (RouteTo | undefined)[] {
  return socket.requestEach(addresses.map(routeRequest), decodeRouteTo).map((answer) => {
    if (!(answer instanceof NetlinkError)) return answer;
    if (noWay.has(answer.errnoName)) return undefined;
    throw answer;
  });
}

function routeRequest(address: IpAddress): Request {
  const header = lookUpHeaders[familyOf(address)];
  return {
    type: 'getRoute',
    parts: [header, attribute(attributeType.destination, addressBytes(address))],
    attempt: 'find a route to',
    on: address,
  };
}

function decodeRouteTo({ body }: Message): RouteTo | undefined {
  const { header, attributes } = decodeBody(RouteHeader, body);
  const type = routeTypes[header.type] ?? 'other';
  if (type === 'blackhole' || type === 'unreachable' || type === 'prohibit') return undefined;
  return { type, ...wayIn(attributes) };
}

/** Undefined for families other than IPv4 and IPv6. */
export function decodeRoute({ body }: Message): Route | undefined {
  const { header, attributes } = decodeBody(RouteHeader, body);
  if (header.family !== 2 && header.family !== 10) return undefined;
  return {
    destination: addressIn(attributes, attributeType.destination),
    prefixLength: header.destinationLength,
    family: header.family === 2 ? 'ipv4' : 'ipv6',
    table: numberOf(attributes.get(attributeType.table)) ?? header.table,
    priority: numberOf(attributes.get(attributeType.priority)) ?? 0,
    type: routeTypes[header.type] ?? 'other',
    ...wayIn(attributes),
  };
}

function wayIn(attributes: AttributeValues): Omit<RouteTo, 'type'> {
  const metrics = attributesIn(attributes.get(attributeType.metrics) ?? Buffer.alloc(0));
  const hop = firstHop(attributes.get(attributeType.multipath));
  return {
    ifindex: numberOf(attributes.get(attributeType.outputInterface)) ?? hop.ifindex,
    gateway: gatewayIn(attributes) ?? hop.gateway,
    source: addressIn(attributes, attributeType.preferredSource),
    mtu: numberOf(metrics.get(metricMtu)),
  };
}

/** `struct rtnexthop`: length, flags, hops, ifindex; then attributes. */
function firstHop(hops: Buffer | undefined): { ifindex: number; gateway: IpAddress | undefined } {
  if (hops === undefined || hops.length < 8) return { ifindex: 0, gateway: undefined };
  return {
    ifindex: hops.readUInt32LE(4),
    gateway: gatewayIn(attributesIn(hops.subarray(8, hops.readUInt16LE(0)))),
  };
}

function gatewayIn(attributes: AttributeValues): IpAddress | undefined {
  // struct rtvia: a family, then an address of that family.
  const via = attributes.get(attributeType.via)?.subarray(2);
  return via === undefined ? addressIn(attributes, attributeType.gateway) : formatIpAddress(via);
}

function addressIn(attributes: AttributeValues, type: number): IpAddress | undefined {
  const bytes = attributes.get(type);
  return bytes?.length === 4 || bytes?.length === 16 ? formatIpAddress(bytes) : undefined;
}

const emptyHeader: RouteHeader = {
  family: 0,
  destinationLength: 0,
  sourceLength: 0,
  typeOfService: 0,
  table: 0,
  protocol: 0,
  scope: 0,
  type: 0,
  flags: 0,
};

const lookUpHeader = (bytes: Uint8Array): Uint8Array =>
  RouteHeader.encode({
    ...emptyHeader,
    family: familyNumber(bytes),
    destinationLength: bytes.length * 8,
  });
/** Made once: a director may have tens of thousands of real servers. */
const lookUpHeaders = {
  ipv4: lookUpHeader(new Uint8Array(4)),
  ipv6: lookUpHeader(new Uint8Array(16)),
};
