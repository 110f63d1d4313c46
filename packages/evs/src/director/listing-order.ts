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
  mergeSort(addressesFirst(services).map(placed), compareServices).map(({ item }) => item);

/** A service with what its place depends on, looked up once: a sort compares each many times. */
interface Placed<T> {
  readonly item: T;
  readonly mark: number | undefined;
  readonly ipv6: number;
  readonly protocol: number;
  readonly words: readonly number[];
  readonly port: number;
}

function placed<T extends { readonly key: ServiceKey }>(item: T): Placed<T> {
  const { key } = item;
  const ipv6 = Number(serviceFamily(key) === 'ipv6');
  if (key.kind === 'mark') {
    return { item, mark: key.mark, ipv6, protocol: 0, words: [], port: 0 };
  }
  const protocol = protocolNumbers[key.protocol];
  return { item, mark: undefined, ipv6, protocol, words: words(key.address), port: key.port };
}

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

function compareServices(a: Placed<unknown>, b: Placed<unknown>): number {
  const marks = difference(a.mark ?? 0, b.mark ?? 0);
  const families = a.ipv6 - b.ipv6;
  if (a.mark !== undefined || b.mark !== undefined) return marks || families;
  return families || a.protocol - b.protocol || compareWords(a.words, b.words) || a.port - b.port;
}

const compareEndpoints: Compare<RealServerKey> = (a, b) =>
  (a.address === b.address ? 0 : compareWords(words(a.address), words(b.address))) ||
  a.port - b.port;

function compareWords(a: readonly number[], b: readonly number[]): number {
  for (const [at, word] of a.entries()) {
    const other = b[at] ?? 0;
    if (word !== other) return difference(word, other);
  }
  return 0;
}

/** Four 32-bit words; the last three of an IPv4 address are 0. */
function words(address: IpAddress): number[] {
  const bytes = addressBytes(address);
  return [0, 4, 8, 12].map((at) => (at < bytes.length ? wordAt(bytes, at) : 0));
}

const wordAt = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] ?? 0) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0)) >>>
  0;

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
