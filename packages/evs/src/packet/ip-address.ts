import { isIP } from 'node:net';

/** An address in canonical text form: dotted quad, or RFC 5952. Two are equal if the strings are. */
export type IpAddress = string;

/** 'ipv4' or 'ipv6'. The address must be canonical. */
export const familyOf = (address: IpAddress): 'ipv4' | 'ipv6' =>
  address.includes(':') ? 'ipv6' : 'ipv4';

/** Canonical form of an address in any accepted notation; undefined if it is none. */
export function parseIpAddress(text: string): IpAddress | undefined {
  const version = isIP(text);
  if (version === 0 || text.includes('%')) return undefined;
  return version === 4 ? text : formatIpAddress(ipv6Bytes(text));
}

/** 4 or 16 bytes in network order. */
export function addressBytes(address: IpAddress): Uint8Array {
  return familyOf(address) === 'ipv4' ? ipv4Bytes(address) : ipv6Bytes(address);
}

/** Tables of thousands are read and written by this: it is made to be fast. */
function ipv4Bytes(address: IpAddress): Uint8Array {
  const bytes = new Uint8Array(4);
  let [at, value] = [0, 0];
  for (let place = 0; place < address.length; place += 1) {
    const character = address.charCodeAt(place);
    if (character === dot) {
      bytes[at] = value;
      [at, value] = [at + 1, 0];
    } else value = 10 * value + character - zero;
  }
  bytes[at] = value;
  return bytes;
}
const [dot, zero] = ['.', '0'].map((character) => character.charCodeAt(0)) as [number, number];

/** Canonical text of 4 or 16 bytes, RFC 5952 section 4. */
export function formatIpAddress(bytes: Uint8Array): IpAddress {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from(
    { length: 8 },
    (_, index) => ((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0),
  );
  const run = longestZeroRun(groups);
  if (run.length < 2) return hex(groups);
  return `${hex(groups.slice(0, run.at))}::${hex(groups.slice(run.at + run.length))}`;
}

const hex = (groups: readonly number[]): string =>
  groups.map((group) => group.toString(16)).join(':');

function longestZeroRun(groups: readonly number[]): { at: number; length: number } {
  let best = { at: 0, length: 0 };
  for (let at = 0; at < groups.length; at++) {
    let length = 0;
    while (groups[at + length] === 0) length++;
    if (length > best.length) best = { at, length };
  }
  return best;
}

function ipv6Bytes(text: string): Uint8Array {
  const quad = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const plain =
    quad === null
      ? text
      : `${quad[1]}${((Number(quad[2]) << 8) | Number(quad[3])).toString(16)}:${((Number(quad[4]) << 8) | Number(quad[5])).toString(16)}`;
  const [head = '', tail] = plain.split('::');
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  const groups = [
    ...left,
    ...Array.from({ length: 8 - left.length - right.length }, () => 0),
    ...right,
  ];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]));
}

const groupsOf = (part: string): number[] =>
  part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
