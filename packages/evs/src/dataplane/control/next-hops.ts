import { addressBytes, type IpAddress } from '../../packet/index.ts';
import { RealServerFlag, RealServerSlot } from '../layouts.ts';
import { serverFlags, type Registry, type ServerEntry } from './registry.ts';

/** The way to a real server: everything that forwarding writes into a frame. */
export interface NextHop {
  /** The real server is the director itself. */
  readonly local: boolean;
  readonly ifindex: number;
  /** Whose MAC address it is: a router's or the real server's own. */
  readonly address: IpAddress;
  readonly sourceMac: Uint8Array;
  /** Undefined while nobody has answered for the address. */
  readonly destinationMac: Uint8Array | undefined;
  /** The director's own address towards the real server. */
  readonly sourceAddress: IpAddress;
  readonly mtu: number;
}

/** Writes a way into every slot of a real server's address; undefined: there is none. */
export function writeNextHop(
  registry: Registry,
  address: IpAddress,
  hop: NextHop | undefined,
): void {
  for (const server of registry.serversAt(address)) writeHop(server, hop);
}

/** Two 64-bit stores hold MAC addresses and flags: packets see a frame's addresses whole, old or new. */
export function writeHop(server: ServerEntry, hop: NextHop | undefined): void {
  const { record } = server;
  const resolved = hop?.destinationMac !== undefined && !hop.local;
  if (hop !== undefined) {
    record.setU32('ifindex', hop.ifindex);
    record.setU32('mtu', hop.mtu);
    record.setBytes('localAddress', padded(hop.sourceAddress));
    record.setBytes('nextHop', padded(hop.address));
  } else record.setU32('ifindex', 0);
  const head = record.bytes('destinationMac', 16);
  if (hop !== undefined) {
    head.set(hop.destinationMac ?? new Uint8Array(6), 0);
    head.set(hop.sourceMac, 6);
  }
  const kept = serverFlags(record) & ~(RealServerFlag.resolved | RealServerFlag.local);
  const flags =
    kept |
    (resolved ? RealServerFlag.resolved : 0) |
    (hop?.local === true ? RealServerFlag.local : 0);
  head[12] = flags & 255;
  head[13] = flags >> 8;
  record.replace(RealServerSlot.offsetOf('destinationMac'), head);
}

/** Forgets what routers told of the ways to real servers: what the routing table says of them counts again. */
export function forgetPathMtus(registry: Registry, hops: ReadonlyMap<IpAddress, NextHop>): void {
  for (const { key, record } of registry.servers.values()) {
    const hop = hops.get(key.address);
    if (hop !== undefined) record.setU32('mtu', hop.mtu);
  }
}

const padded = (address: IpAddress): Uint8Array => {
  const bytes = new Uint8Array(16);
  bytes.set(addressBytes(address));
  return bytes;
};
