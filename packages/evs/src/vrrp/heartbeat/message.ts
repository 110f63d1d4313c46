import { be16, be32, packed, u8 } from '@evs/ebpf';
import { addressBytes, familyOf, formatIpAddress, type IpAddress } from '../../packet/index.ts';

/** A virtual router that is active, as a director tells others of it. */
export interface ActiveRouter {
  readonly virtualRouterId: number;
  readonly priority: number;
  /** That it holds: 255 of one family at most are told. */
  readonly addresses: readonly IpAddress[];
}

/** What a director tells another one on a way beside that of the advertisements. */
export interface Heartbeat {
  /** keepalived's router_id, of at most 255 bytes. */
  readonly director: string;
  /** Routers that it is active for. */
  readonly active: readonly ActiveRouter[];
}

/** Our own format, decision 0023. The name follows, then so many routers. */
const Header = packed('heartbeat', {
  /** `EVSH`. */
  magic: be32,
  version: u8,
  nameLength: u8,
  routerCount: be16,
});

/** Addresses of one family; a router with both kinds is told of twice. They follow it. */
const Router = packed('router of a heartbeat', {
  virtualRouterId: u8,
  /** 4 or 6. */
  addressFamily: u8,
  priority: u8,
  addressCount: u8,
});

const magic = 0x45565348;
const version = 1;
const mostAddresses = 255;
/** What fits into a UDP datagram; of more routers nothing is told. */
const mostBytes = 65_000;

export function encodeHeartbeat({ director, active }: Heartbeat): Uint8Array {
  const name = Buffer.from(director).subarray(0, 255);
  const routers: Uint8Array[] = [];
  let size = Header.sizeBytes + name.length;
  for (const bytes of active.flatMap(routerBytes)) {
    if (size + bytes.length > mostBytes) break;
    routers.push(bytes);
    size += bytes.length;
  }
  const [nameLength, routerCount] = [name.length, routers.length];
  return Buffer.concat([
    Header.encode({ magic, version, nameLength, routerCount }),
    name,
    ...routers,
  ]);
}

const routerBytes = ({ virtualRouterId, priority, addresses }: ActiveRouter): Uint8Array[] =>
  (['ipv4', 'ipv6'] as const).flatMap((family) => {
    const told = addresses.filter((one) => familyOf(one) === family).slice(0, mostAddresses);
    if (told.length === 0) return [];
    const [addressFamily, addressCount] = [family === 'ipv4' ? 4 : 6, told.length];
    const header = Router.encode({ virtualRouterId, addressFamily, priority, addressCount });
    return [Buffer.concat([header, ...told.map(addressBytes)])];
  });

/** Undefined if it is none, whatever it is. */
export function decodeHeartbeat(bytes: Uint8Array): Heartbeat | undefined {
  if (bytes.length < Header.sizeBytes) return undefined;
  const header = Header.decode(bytes);
  if (header.magic !== magic || header.version !== version) return undefined;
  let at = Header.sizeBytes + header.nameLength;
  const director = Buffer.from(bytes.subarray(Header.sizeBytes, at)).toString();
  const active: ActiveRouter[] = [];
  for (let count = 0; count < header.routerCount; count++) {
    const read = routerAt(bytes.subarray(at));
    if (read === undefined) return undefined;
    active.push(read.router);
    at += read.size;
  }
  return at === bytes.length ? { director, active } : undefined;
}

function routerAt(bytes: Uint8Array): { router: ActiveRouter; size: number } | undefined {
  if (bytes.length < Router.sizeBytes) return undefined;
  const { addressFamily, addressCount, virtualRouterId, priority } = Router.decode(bytes);
  if (addressFamily !== 4 && addressFamily !== 6) return undefined;
  const each = addressFamily === 4 ? 4 : 16;
  const size = Router.sizeBytes + addressCount * each;
  if (bytes.length < size) return undefined;
  const addresses = Array.from({ length: addressCount }, (_, index) => {
    const from = Router.sizeBytes + index * each;
    return formatIpAddress(bytes.subarray(from, from + each));
  });
  return { router: { virtualRouterId, priority, addresses }, size };
}
