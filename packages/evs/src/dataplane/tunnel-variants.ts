import type { AddressFamily, RealServer, Tunnel } from '../director/model.ts';
import { familyOf } from '../packet/index.ts';

/** One way of wrapping packets: what programs have code of their own for. */
export interface TunnelVariant {
  readonly inner: AddressFamily;
  readonly outer: AddressFamily;
  readonly type: Tunnel['type'];
  /** The tunnel's own header carries a checksum. */
  readonly checksum: boolean;
}

/** `ipv4 in gue+checksum over ipv6`: variants are compared and cached by name. */
export type TunnelName =
  `${AddressFamily} in ${Tunnel['type'] | `${Tunnel['type']}+checksum`} over ${AddressFamily}`;

export const nameOf = ({ inner, outer, type, checksum }: TunnelVariant): TunnelName =>
  `${inner} in ${checksum ? (`${type}+checksum` as const) : type} over ${outer}`;

export function variantOf(name: TunnelName): TunnelVariant {
  const [inner, , kind, , outer] = name.split(' ') as [
    AddressFamily,
    '',
    string,
    '',
    AddressFamily,
  ];
  const [type, checksum] = kind.split('+') as [Tunnel['type'], string | undefined];
  return { inner, outer, type, checksum: checksum !== undefined };
}

/** As `IP_VS_CONN_F_TUNNEL_TYPE_*` of include/uapi/linux/ip_vs.h. */
const typeCodes = ['ipip', 'gue', 'gre'] as const;
const checksumBit = 0x100;
const overIpv6Bit = 0x200;

/** Lower half of `RealServerSlot.tunnel`: what a program tells variants apart by. */
export const variantCode = ({ outer, type, checksum }: Omit<TunnelVariant, 'inner'>): number =>
  typeCodes.indexOf(type) | (checksum ? checksumBit : 0) | (outer === 'ipv6' ? overIpv6Bit : 0);

/** The port of gue in network order stands above the code. */
export function tunnelWord({ address, tunnel }: Pick<RealServer, 'address' | 'tunnel'>): number {
  const { type, port } = tunnel;
  const swapped = ((port & 0xff) << 8) | (port >> 8);
  const code = variantCode({ outer: familyOf(address), type, checksum: hasChecksum(tunnel) });
  return (code | (swapped << 16)) >>> 0;
}

/** Remote checksum offload is for packets whose checksum is yet to be computed; ours are whole. */
export const hasChecksum = ({ type, checksum }: Tunnel): boolean =>
  type !== 'ipip' && checksum !== 'none';

/** The variant of a slot's word. */
export const variantOfWord = (inner: AddressFamily, word: number): TunnelVariant => ({
  inner,
  outer: (word & overIpv6Bit) === 0 ? 'ipv4' : 'ipv6',
  type: typeCodes[word & 0xff] ?? 'ipip',
  checksum: (word & checksumBit) !== 0,
});

const ipHeaderBytes = { ipv4: 20, ipv6: 40 } as const;
/** UDP and GUE (draft-ietf-intarea-gue-09); GRE (RFC 2784). */
const innerHeaderBytes = { ipip: 0, gue: 8 + 4, gre: 4 } as const;

/** Bytes that a variant puts before a packet. */
export const overheadBytes = ({ outer, type, checksum }: TunnelVariant): number =>
  ipHeaderBytes[outer] + innerHeaderBytes[type] + (type === 'gre' && checksum ? 4 : 0);
