import { familyOf, type IpAddress } from '../packet/index.ts';
import type { Device, Neighbour, NextHop, Route } from './ports.ts';

/**
 * The next hop of a route to a real server; undefined if it leads to a device without MAC addresses.
 * `destinationMac` is the one that is known for it, or for the router.
 */
export function nextHopOf(
  address: IpAddress,
  route: Route,
  device: Device | undefined,
  destinationMac: Uint8Array | undefined,
): NextHop | undefined {
  if (device === undefined || device.mac.length !== 6) return undefined;
  return {
    local: route.local,
    ifindex: route.ifindex,
    address: route.gateway ?? address,
    sourceMac: device.mac,
    destinationMac: route.local ? device.mac : destinationMac,
    sourceAddress: route.source ?? unspecified(address),
    mtu: Math.min(route.mtu ?? device.mtu, device.mtu),
  };
}

/** What stands for no address of our own: direct routing needs none. */
const unspecified = (address: IpAddress): IpAddress =>
  familyOf(address) === 'ipv4' ? '0.0.0.0' : '::';

/**
 * The MAC address to use after a neighbour changed. One that was in use stays so until the kernel says
 * that the neighbour failed: while it asks again, frames to the old address still arrive in nearly every case.
 */
export function macAfter(
  neighbour: Neighbour | undefined,
  known: Uint8Array | undefined,
): Uint8Array | undefined {
  if (neighbour === undefined) return known;
  if (neighbour.state === 'failed') return undefined;
  return neighbour.mac?.length === 6 ? neighbour.mac : known;
}

/** Whether the kernel should be made to look for the neighbour, because redirected packets do not. */
export function needsProbe(neighbour: Neighbour | undefined): boolean {
  switch (neighbour?.state) {
    case undefined:
    case 'none':
    case 'stale':
    case 'failed':
      return true;
    case 'incomplete':
    case 'delay':
    case 'probe':
    case 'reachable':
    case 'noArp':
    case 'permanent':
      return false;
  }
}

/** Whether two next hops would make the same frames. */
export function sameHop(a: NextHop | undefined, b: NextHop | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.local === b.local &&
    a.ifindex === b.ifindex &&
    a.address === b.address &&
    a.mtu === b.mtu &&
    a.sourceAddress === b.sourceAddress &&
    sameBytes(a.sourceMac, b.sourceMac) &&
    sameBytes(a.destinationMac, b.destinationMac)
  );
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
