import type { Timeouts } from '../../director/index.ts';
import { IpProtocol } from '../../packet/index.ts';
import { briefStates, sctpSeconds, sctpStateNumber } from '../sctp-states.ts';
import { tcpStates, tcpTimeouts } from '../tcp-states.ts';

/** How long a connection lives in a state, in seconds. States are those of a connection's word. */
export function stateSeconds(protocol: number, state: number, timeouts: Timeouts): number {
  if (protocol === IpProtocol.udp) return timeouts.udp;
  if (protocol === IpProtocol.sctp) return sctpStateSeconds(state);
  const name = tcpStates[state] ?? 'NONE';
  if (name === 'ESTABLISHED') return timeouts.tcp;
  return name === 'FIN_WAIT' ? timeouts.tcpFin : tcpTimeouts[name];
}

const brief = new Set(briefStates.map(sctpStateNumber));

function sctpStateSeconds(state: number): number {
  if (state === sctpStateNumber('ESTABLISHED')) return sctpSeconds.established;
  if (state === sctpStateNumber('NONE')) return sctpSeconds.none;
  return brief.has(state) ? sctpSeconds.brief : sctpSeconds.usual;
}
