import {
  serviceFamily,
  sortRealServers,
  sortServices,
  type ForwardingMethod,
  type RealServer,
  type ServiceKey,
  type Tunnel,
  type VirtualService,
} from '../director/index.ts';
import type { EndpointPrinter } from './endpoint-printer.ts';
import { printMask, protocolOf, signedMark, type PrintedService } from './print-service.ts';
import { writeSchedulerFlags } from './scheduler-flags.ts';

/** What `ipvsadm -S` prints: a command for each service and real server. Thresholds are not in it. */
export const printCommands = (
  services: readonly VirtualService[],
  endpoint: EndpointPrinter,
): string =>
  sortServices(services)
    .flatMap((service) => {
      const name = serviceWords(service.key, endpoint);
      return [
        `-A ${name}${settingsWords(service)}\n`,
        ...sortRealServers(service.realServers).map(
          (server) =>
            `-a ${name} -r ${endpoint(server, protocolOf(service.key))}${serverWords(server)}\n`,
        ),
      ];
    })
    .join('');

const protocolWords = { tcp: '-t', udp: '-u', sctp: '--sctp-service' } as const;

/** `-t 10.0.0.1:80`; marks from 2^31 on come out negative unless `printMark` says otherwise. */
export function serviceWords(
  key: ServiceKey,
  endpoint: EndpointPrinter,
  printMark: (mark: number) => number = signedMark,
): string {
  if (key.kind === 'mark') {
    return `-f ${printMark(key.mark)}${key.family === 'ipv6' ? ' -6' : ''}`;
  }
  return `${protocolWords[key.protocol]} ${endpoint(key, key.protocol)}`;
}

/** ` -s rr -p 360`. */
export function settingsWords(service: PrintedService): string {
  const { key, scheduler, schedulerFlags, persistence, onePacket } = service;
  let words = ` -s ${scheduler}`;
  if (persistence !== undefined) {
    const mask = printMask(persistence.mask, serviceFamily(key));
    words += ` -p ${persistence.timeoutSeconds}`;
    if (mask !== undefined) words += ` -M ${mask}`;
    if (persistence.engine !== undefined) words += ` --pe ${persistence.engine}`;
  }
  if (onePacket) words += ' -o';
  if (schedulerFlags !== 0) words += ` -b ${writeSchedulerFlags(schedulerFlags, scheduler)}`;
  return words;
}

const methodWords: Readonly<Record<ForwardingMethod, string>> = {
  masquerading: '-m',
  gatewaying: '-g',
  tunneling: '-i',
};
const checksumWords: Readonly<Record<Tunnel['checksum'], string>> = {
  none: '--tun-nocsum',
  checksum: '--tun-csum',
  remote: '--tun-remcsum',
};

/** ` -m -w 1`. */
export function serverWords({ method, weight, tunnel }: RealServer): string {
  const words = ` ${methodWords[method]} -w ${weight}`;
  if (method !== 'tunneling') return words;
  if (tunnel.type === 'ipip') return `${words} --tun-type ipip`;
  const port = tunnel.type === 'gue' ? ` --tun-port ${tunnel.port}` : '';
  return `${words} --tun-type ${tunnel.type}${port} ${checksumWords[tunnel.checksum]}`;
}
