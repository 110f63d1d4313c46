import { SynchronisedFlag, type SynchronisedConnection } from '../../director/index.ts';
import { IpProtocol } from '../../packet/index.ts';
import type { Rejection } from './reasons.ts';

/** How many states each protocol has in ip_vs. */
const stateCounts = new Map<number, number>([
  [IpProtocol.tcp, 11],
  [IpProtocol.udp, 1],
  [IpProtocol.sctp, 14],
]);
/** NONE and ASSURED. */
const templateStates = 2;

/** Why a record cannot be of any connection; undefined if it can. */
export function checkRecord({
  protocol,
  flags,
  state,
}: Pick<SynchronisedConnection, 'protocol' | 'flags' | 'state'>): Rejection | undefined {
  const isTemplate = (flags & SynchronisedFlag.template) !== 0;
  if ((flags & SynchronisedFlag.onePacket) !== 0) return 'impossible flags';
  if (isTemplate && (flags & SynchronisedFlag.noClientPort) !== 0) return 'impossible flags';
  const states = stateCounts.get(protocol);
  if (isTemplate) {
    if (states === undefined && protocol !== 0) return 'unknown protocol';
    return state < templateStates ? undefined : 'impossible state';
  }
  if (states === undefined) return 'unknown protocol';
  return state < states ? undefined : 'impossible state';
}
