import type { IpAddress } from '../../packet/ip-address.ts';

/** Numbers of IP protocols that ip_vs balances. */
export const ipvsProtocols = { tcp: 6, udp: 17, sctp: 132 } as const;

/** What tells a service of ip_vs from others. */
export type IpvsServiceKey =
  | {
      readonly family: 'ipv4' | 'ipv6';
      readonly protocol: number;
      readonly address: IpAddress;
      readonly port: number;
    }
  | { readonly family: 'ipv4' | 'ipv6'; readonly mark: number };

/** A service as ip_vs keeps it. */
export interface IpvsService {
  readonly key: IpvsServiceKey;
  readonly scheduler: string;
  /** IP_VS_SVC_F_ of include/uapi/linux/ip_vs.h, without the one that means it is there. */
  readonly flags: number;
  readonly timeoutSeconds: number;
  /** Of clients: an address for IPv4, a number of bits for IPv6. */
  readonly mask: IpAddress | number;
  readonly engine?: string;
}

/** A destination as ip_vs keeps it. */
export interface IpvsRealServer {
  readonly address: IpAddress;
  readonly port: number;
  /** 0 masquerading, 1 local, 2 tunneling, 3 direct routing, 4 bypass. */
  readonly method: number;
  readonly weight: number;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  /** 0 ipip, 1 gue, 2 gre. */
  readonly tunnelType: number;
  readonly tunnelPort: number;
  /** 1 checksum, 2 remote checksum. */
  readonly tunnelFlags: number;
}

/** Seconds. */
export interface IpvsTimeouts {
  readonly tcp: number;
  readonly tcpFin: number;
  readonly udp: number;
}

export interface IpvsDaemon {
  readonly role: 'master' | 'backup';
  readonly device: string;
  readonly syncId: number;
  readonly maximumLength: number;
  readonly group: IpAddress;
  readonly port: number;
  readonly timeToLive: number;
}
