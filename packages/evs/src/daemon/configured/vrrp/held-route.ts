import { defined, type Configuration } from '../../../config/index.ts';
import { addressScope, routeMetrics, type NextHop } from '../../../linux/index.ts';
import { familyOf, parseIpAddress } from '../../../packet/index.ts';
import type { HeldRoute } from '../../../vrrp/index.ts';
import { scopeNumber } from './held-address.ts';
import { protocolNumber, tableNumber } from './named-numbers.ts';

type RouteEntry = Configuration['staticRoutes'][number];

const mainTable = 254;

/** A route entry as the kernel takes it. keepalived.conf(5), static_routes; ip-route(8). */
export function heldRoute(entry: RouteEntry): HeldRoute {
  const { gateway, source, table, device, attributes } = entry;
  const nextHops = hopsIn(attributes['nexthop']);
  const destination = entry.destination === 'default' ? undefined : entry.destination;
  const known = [destination?.address, gateway, source, nextHops[0]?.gateway];
  return {
    family: familyOf(known.find((address) => address !== undefined) ?? '0.0.0.0'),
    type: entry.type as HeldRoute['type'],
    ...defined({ destination, gateway, source, device, priority: entry.metric }),
    ...attributesIn(attributes),
    table: (table === undefined ? undefined : tableNumber(table)) ?? mainTable,
    scope: entry.scope === undefined ? usualScope(entry, nextHops) : scopeNumber(entry.scope),
    protocol: protocolNumber(attributes['protocol'] as string | undefined),
    metrics: metricsIn(attributes),
    ...(nextHops.length > 0 && { nextHops }),
  };
}

const attributesIn = (attributes: RouteEntry['attributes']): Partial<HeldRoute> =>
  defined({
    from: attributes['from'] as HeldRoute['from'],
    typeOfService: attributes['tos'] as number | undefined,
    onLink: attributes['onlink'] as boolean | undefined,
    append: attributes['append'] as boolean | undefined,
    expiresSeconds: numeric(attributes['expires']),
  });

/** As ip-route(8) chooses it: the host for local routes, the link without a gateway, else anywhere. */
function usualScope({ type, gateway }: RouteEntry, hops: readonly NextHop[]): number {
  if (type === 'local' || type === 'nat') return addressScope.host;
  const isLink = ['broadcast', 'multicast', 'anycast', 'unicast'].includes(type);
  return isLink && gateway === undefined && hops.length === 0
    ? addressScope.link
    : addressScope.global;
}

function metricsIn(attributes: Readonly<Record<string, unknown>>): HeldRoute['metrics'] {
  const named = Object.entries(attributes).flatMap(([name, value]) => {
    if (!Object.hasOwn(routeMetrics, name) || typeof value !== 'string') return [];
    return [[name, numeric(value) ?? value] as const];
  });
  return Object.fromEntries(named);
}

const numeric = (value: unknown): number | undefined =>
  typeof value === 'string' && /^\d+/.test(value) ? Number.parseInt(value, 10) : undefined;

/** `via A dev D weight N onlink nexthop via B …`. */
function hopsIn(words: unknown): NonNullable<HeldRoute['nextHops']> {
  if (!Array.isArray(words)) return [];
  const hops = (words as string[]).join(' ').split(/\s*\bnexthop\b\s*/);
  return hops.map((text) => {
    const after = (word: string): string | undefined =>
      new RegExp(`\\b${word} (\\S+)`).exec(text)?.[1];
    const gateway = parseIpAddress(after('via') ?? after('via inet6') ?? '');
    const device = after('dev');
    return {
      ...(gateway !== undefined && { gateway }),
      ...(device !== undefined && { device }),
      weight: Number(after('weight') ?? 1),
      ...(/\bonlink\b/.test(text) && { onLink: true }),
    };
  });
}
