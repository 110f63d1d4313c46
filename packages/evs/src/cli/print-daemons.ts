import type { SynchronisationDaemon } from '../director/index.ts';
import { printAddress } from './print-address.ts';

/** What `ipvsadm -L --daemon` prints: a line for each role. */
export const printDaemons = (daemons: readonly SynchronisationDaemon[]): string =>
  daemons
    .map(
      ({ role, device, syncId, maximumLength, group, port, timeToLive }) =>
        `${role} sync daemon (mcast=${device}, syncid=${syncId}, maxlen=${maximumLength}, group=${printAddress(group)}, port=${port}, ttl=${timeToLive})\n`,
    )
    .join('');
