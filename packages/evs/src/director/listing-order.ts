import { addressBytes, type IpAddress } from '../packet/ip-address.ts';
import type { Protocol, RealServerKey, ServiceKey } from './model.ts';
import { serviceFamily } from './resolve-service.ts';

type Compare<T> = (a: T, b: T) => number;

const protocolNumbers: Readonly<Record<Protocol, number>> = { tcp: 6, udp: 17, sctp: 132 };

/**
 * ipvsadm's order of services: mark (0 for an address), family, protocol, address, port. Numbers are
 * compared by the sign of their 32-bit difference, so that mark 2^32 − 1 comes before addresses.
 */
export const sortServices = <T extends { readonly key: ServiceKey }>(services: readonly T[]): T[] =>
  mergeSort([...addressesFirst(services)], (a, b) => compareServices(a.key, b.key));

/** ipvsadm's order of real servers: address, IPv6 by its first word among IPv4, then port. */
export const sortRealServers = <T extends RealServerKey>(servers: readonly T[]): T[] =>
  mergeSort([...servers], compareEndpoints);

/** The kernel lists services of an address before those of a mark. */
export const addressesFirst = <T extends { readonly key: ServiceKey }>(
  services: readonly T[],
): T[] => [
  ...services.filter(({ key }) => key.kind === 'address'),
  ...services.filter(({ key }) => key.kind === 'mark'),
];

function compareServices(a: ServiceKey, b: ServiceKey): number {
  const marks = difference(a.kind === 'mark' ? a.mark : 0, b.kind === 'mark' ? b.mark : 0);
  const families = Number(serviceFamily(a) === 'ipv6') - Number(serviceFamily(b) === 'ipv6');
  if (a.kind === 'mark' || b.kind === 'mark') return marks || families;
  return (
    families || protocolNumbers[a.protocol] - protocolNumbers[b.protocol] || compareEndpoints(a, b)
  );
}

const compareEndpoints: Compare<RealServerKey> = (a, b) =>
  compareAddresses(a.address, b.address) || a.port - b.port;

function compareAddresses(a: IpAddress, b: IpAddress): number {
  if (a === b) return 0;
  const [left, right] = [words(a), words(b)];
  const at = left.findIndex((word, index) => word !== right[index]);
  return at < 0 ? 0 : difference(left[at] ?? 0, right[at] ?? 0);
}

/** Four 32-bit words; the last three of an IPv4 address are 0. */
function words(address: IpAddress): number[] {
  const padded = new Uint8Array(16);
  padded.set(addressBytes(address));
  const view = new DataView(padded.buffer);
  return [0, 4, 8, 12].map((offset) => view.getUint32(offset));
}

const difference: Compare<number> = (a, b) => (a - b) | 0;

/**
 * The C library's stable merge sort. Signed differences are no total order, so another algorithm would
 * list addresses that lie more than 2^31 apart otherwise.
 */
function mergeSort<T>(items: T[], compare: Compare<T>): T[] {
  if (items.length < 2) return items;
  const middle = items.length >> 1;
  const left = mergeSort(items.slice(0, middle), compare);
  const right = mergeSort(items.slice(middle), compare);
  const merged: T[] = [];
  let [l, r] = [0, 0];
  while (l < left.length && r < right.length) {
    const [first, second] = [left[l] as T, right[r] as T];
    if (compare(first, second) <= 0) {
      merged.push(first);
      l++;
    } else {
      merged.push(second);
      r++;
    }
  }
  return [...merged, ...left.slice(l), ...right.slice(r)];
}
