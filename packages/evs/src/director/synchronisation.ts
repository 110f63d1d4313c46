import { EvsError } from '../errors/index.ts';
import { familyOf, type IpAddress } from '../packet/ip-address.ts';
import type { Draft } from './draft.ts';
import type { ServiceKey, SynchronisationDaemon, SynchronisationRole } from './model.ts';
import { serviceFamily } from './resolve-service.ts';

/** Ethernet, which a master assumes whatever the device says, so that any backup can read its messages. */
const usualMtu = 1500;
const largestDatagram = 65_535;
const udpHeaderBytes = 8;

/**
 * Throws E_INVALID for a real server of another address family than its service while connections are
 * synchronised.
 */
export function checkSynchronised(
  { synchronisation = [] }: Draft,
  key: ServiceKey,
  address: IpAddress,
): void {
  if (synchronisation.length === 0 || familyOf(address) === serviceFamily(key)) return;
  throw new EvsError(
    'E_INVALID',
    `Cannot send to ${address}: connections are synchronised, and messages hold one address family`,
  );
}

/**
 * Notes that connections are to be sent to other directors, or received. Throws E_INVALID beside real servers
 * of another address family, which messages cannot hold, E_NO_DEVICE, and E_SYNC_RUNNING.
 */
export function startDaemon(
  draft: Draft,
  wanted: SynchronisationDaemon,
  mtu: number | undefined,
): Draft {
  if (hasMixedFamilies(draft)) {
    throw new EvsError(
      'E_INVALID',
      'Cannot synchronise connections: some real server has another address family than its service',
    );
  }
  if (mtu === undefined) {
    throw new EvsError('E_NO_DEVICE', `Cannot synchronise over ${wanted.device}: no such device`);
  }
  const running = draft.synchronisation ?? [];
  if (running.some(({ role }) => role === wanted.role)) {
    throw new EvsError('E_SYNC_RUNNING', `Cannot start a ${wanted.role}: it runs already`);
  }
  const daemon = { ...wanted, maximumLength: messageLength(wanted, mtu) };
  const both = [...running, daemon];
  return { ...draft, synchronisation: both.toSorted((a) => (a.role === 'master' ? -1 : 1)) };
}

/** Throws E_NO_SYNC if no daemon of that role runs. */
export function stopDaemon(draft: Draft, role: SynchronisationRole): Draft {
  const running = draft.synchronisation ?? [];
  const left = running.filter((daemon) => daemon.role !== role);
  if (left.length === running.length) {
    throw new EvsError('E_NO_SYNC', `Cannot stop the ${role}: it does not run`);
  }
  return { ...draft, synchronisation: left };
}

const hasMixedFamilies = ({ services }: Draft): boolean =>
  [...services.values()].some(({ key, realServers }) =>
    realServers.some(({ address }) => familyOf(address) !== serviceFamily(key)),
  );

/** Bytes of a message above UDP; by default what fits into a packet. A backup has room for 1024 at least. */
function messageLength({ role, maximumLength, group }: SynchronisationDaemon, mtu: number): number {
  const headerBytes = (familyOf(group) === 'ipv6' ? 40 : 20) + udpHeaderBytes;
  if (maximumLength > 0) return role === 'master' ? maximumLength : Math.max(maximumLength, 1024);
  const packet = role === 'master' ? usualMtu : Math.min(Math.max(mtu, usualMtu), largestDatagram);
  return packet - headerBytes;
}
