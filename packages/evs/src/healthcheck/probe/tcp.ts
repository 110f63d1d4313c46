import { closeDescriptor } from '../../linux/index.ts';
import { openConnection } from './connection.ts';
import { probe, type Probe, type ProbeTarget } from './probe.ts';

/** TCP_CHECK: the port accepts a connection. */
export const tcpProbe = (target: ProbeTarget): Probe =>
  probe(async () => {
    closeDescriptor(await openConnection(target));
    return { reason: 'connected' };
  });
