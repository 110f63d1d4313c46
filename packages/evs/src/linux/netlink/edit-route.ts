import { addressBytes, familyOf, type IpAddress } from '../../packet/ip-address.ts';
import { attribute } from './attributes.ts';
import { requestFlag } from './constants.ts';
import { RouteHeader } from './layouts.ts';
import type { RequestSocket } from './request-socket.ts';
import { routeAttribute, routeTypes, type RouteType } from './route.ts';

/** RTAX_ of include/uapi/linux/rtnetlink.h, by the names of ip-route(8). */
export const routeMetrics = {
  mtu: 2,
  window: 3,
  rtt: 4,
  rttvar: 5,
  ssthresh: 6,
  cwnd: 7,
  advmss: 8,
  reordering: 9,
  hoplimit: 10,
  initcwnd: 11,
  features: 12,
  rto_min: 13,
  initrwnd: 14,
  quickack: 15,
  congctl: 16,
  fastopen_no_cookie: 17,
} as const;
export type RouteMetric = keyof typeof routeMetrics;

/** One of several ways. */
export interface NextHop {
  readonly gateway?: IpAddress;
  readonly ifindex?: number;
  /** 1 to 256. */
  readonly weight: number;
  readonly onLink?: boolean;
}

/** A route to be added or removed. ip-route(8). */
export interface NewRoute {
  readonly family: 'ipv4' | 'ipv6';
  readonly type: Exclude<RouteType, 'other' | 'unspecified'>;
  /** Undefined for a default route. */
  readonly destination?: { readonly address: IpAddress; readonly length: number };
  readonly from?: { readonly address: IpAddress; readonly length: number };
  readonly gateway?: IpAddress;
  readonly ifindex?: number;
  /** Preferred source address. */
  readonly source?: IpAddress;
  /** 254 is main, 255 local. */
  readonly table: number;
  readonly priority?: number;
  readonly scope: number;
  /** RTPROT_ of include/uapi/linux/rtnetlink.h. */
  readonly protocol: number;
  readonly typeOfService?: number;
  readonly onLink?: boolean;
  readonly metrics: Readonly<Partial<Record<RouteMetric, number | string>>>;
  readonly realms?: number;
  readonly expiresSeconds?: number;
  /** IPv6: 0 medium, 1 high, 3 low. RFC 4191. */
  readonly preference?: number;
  /** Instead of `gateway` and `ifindex`. */
  readonly nextHops?: readonly NextHop[];
  /** Behind those to the same destination that are there. */
  readonly append?: boolean;
}

const onLinkFlag = 4;

export function addRoute(socket: RequestSocket, route: NewRoute): void {
  const { create, exclusive, append } = requestFlag;
  socket.request({
    type: 'newRoute',
    flags: create | (route.append === true ? append : exclusive),
    parts: partsOf(route),
    attempt: 'add',
    on: nameOf(route),
  });
}

export function removeRoute(socket: RequestSocket, route: NewRoute): void {
  socket.request({
    type: 'deleteRoute',
    parts: partsOf(route),
    attempt: 'remove',
    on: nameOf(route),
  });
}

const nameOf = ({ destination, table }: NewRoute): string =>
  `the route to ${destination === undefined ? 'anywhere' : `${destination.address}/${destination.length}`} in table ${table}`;

function headerOf(route: NewRoute): Uint8Array {
  const { destination, from, table } = route;
  return RouteHeader.encode({
    family: route.family === 'ipv4' ? 2 : 10,
    destinationLength: destination?.length ?? 0,
    sourceLength: from?.length ?? 0,
    typeOfService: route.typeOfService ?? 0,
    table: table < 256 ? table : 0,
    protocol: route.protocol,
    scope: route.scope,
    type: routeTypes.indexOf(route.type),
    flags: route.onLink === true ? onLinkFlag : 0,
  });
}

function partsOf(route: NewRoute): Uint8Array[] {
  const { destination, from, table } = route;
  return [
    headerOf(route),
    ...optional('destination', destination && addressBytes(destination.address)),
    ...optional('source', from && addressBytes(from.address)),
    ...gatewayParts(route.family, route.gateway),
    ...optional('outputInterface', route.ifindex),
    ...optional('preferredSource', route.source && addressBytes(route.source)),
    attribute(routeAttribute.table, table),
    ...optional('priority', route.priority),
    ...optional('realms', route.realms),
    ...optional('expires', route.expiresSeconds),
    ...optional('preference', route.preference && Uint8Array.of(route.preference)),
    ...metricParts(route),
    ...hopParts(route),
  ];
}

const optional = (
  name: keyof typeof routeAttribute,
  value: Uint8Array | number | '' | undefined,
): Uint8Array[] =>
  value === undefined || value === '' ? [] : [attribute(routeAttribute[name], value)];

/** An IPv6 gateway for IPv4 goes into RTA_VIA: its family, then the address. */
function gatewayParts(family: 'ipv4' | 'ipv6', gateway: IpAddress | undefined): Uint8Array[] {
  if (gateway === undefined) return [];
  const bytes = addressBytes(gateway);
  if (familyOf(gateway) === family) return [attribute(routeAttribute.gateway, bytes)];
  return [attribute(routeAttribute.via, Uint8Array.of(bytes.length === 4 ? 2 : 10, 0, ...bytes))];
}

function metricParts({ metrics }: NewRoute): Uint8Array[] {
  const parts = Object.entries(metrics).map(([name, value]) =>
    attribute(routeMetrics[name as RouteMetric], value),
  );
  return parts.length === 0 ? [] : [attribute(routeAttribute.metrics, parts)];
}

/** `struct rtnexthop`: length, flags, weight less one, ifindex; then attributes. */
function hopParts({ nextHops = [], family }: NewRoute): Uint8Array[] {
  if (nextHops.length === 0) return [];
  const hops = nextHops.map(({ gateway, ifindex, weight, onLink }) => {
    const attributes = Buffer.concat(gatewayParts(family, gateway));
    const hop = Buffer.alloc(8);
    hop.writeUInt16LE(hop.length + attributes.length, 0);
    hop.writeUInt8(onLink === true ? onLinkFlag : 0, 2);
    hop.writeUInt8(weight - 1, 3);
    hop.writeUInt32LE(ifindex ?? 0, 4);
    return Buffer.concat([hop, attributes]);
  });
  return [attribute(routeAttribute.multipath, hops)];
}
