import { withConnection } from './connection.ts';
import { probe, type Probe, type ProbeTarget } from './probe.ts';

/** TCP_CHECK: the port accepts a connection. */
export const tcpProbe = (target: ProbeTarget): Probe =>
  probe((signal) => withConnection(target, signal, () => Promise.resolve({ reason: 'connected' })));
