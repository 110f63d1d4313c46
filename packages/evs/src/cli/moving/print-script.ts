import type { DirectorState, SynchronisationDaemon, VirtualService } from '../../director/index.ts';
import { printNumeric } from '../endpoint-printer.ts';
import { serverWords, serviceWords, settingsWords } from '../print-commands.ts';
import { protocolOf } from '../print-service.ts';
import { writeEveryFlag } from '../scheduler-flags.ts';

/**
 * A configuration as a script for `ipvsadm -R`, with what `ipvsadm -S` loses: thresholds, timeouts,
 * synchronisation, great marks, flags without a name, and the order in which schedulers look at real servers.
 */
export const printScript = ({ services, timeouts, synchronisation = [] }: DirectorState): string =>
  [
    `--set ${timeouts.tcp} ${timeouts.tcpFin} ${timeouts.udp}`,
    ...services.flatMap(serviceLines),
    ...synchronisation.map(daemonLine),
    '',
  ].join('\n');

function serviceLines(service: VirtualService): string[] {
  const name = serviceWords(service.key, printNumeric, (mark) => mark);
  const servers = service.realServers.toReversed().map((server) => {
    const { upperThreshold: upper, lowerThreshold: lower } = server;
    const endpoint = printNumeric(server, protocolOf(service.key));
    const thresholds = upper === 0 ? '' : ` -x ${upper}${lower === 0 ? '' : ` -y ${lower}`}`;
    return `-a ${name} -r ${endpoint}${serverWords(server)}${thresholds}`;
  });
  const settings = settingsWords({ ...service, schedulerFlags: 0 });
  return [`-A ${name}${settings}${flagWords(service)}`, ...servers];
}

const flagWords = ({ schedulerFlags, scheduler }: VirtualService): string =>
  schedulerFlags === 0 ? '' : ` -b ${writeEveryFlag(schedulerFlags, scheduler)}`;

const daemonLine = (daemon: SynchronisationDaemon): string =>
  [
    `--start-daemon ${daemon.role} --mcast-interface ${daemon.device} --syncid ${daemon.syncId}`,
    `--sync-maxlen ${daemon.maximumLength} --mcast-group ${daemon.group}`,
    `--mcast-port ${daemon.port} --mcast-ttl ${daemon.timeToLive}`,
  ].join(' ');
