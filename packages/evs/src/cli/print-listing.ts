import type { RealServerEntry, ServiceStatus } from '../api/index.ts';
import {
  addressesFirst,
  sortRealServers,
  sortServices,
  type Counters,
  type ForwardingMethod,
  type Protocol,
  type Tunnel,
} from '../director/index.ts';
import type { EndpointPrinter } from './endpoint-printer.ts';
import type { ListingFormat, ListingView } from './invocation.ts';
import { printNumber } from './print-number.ts';
import {
  cutEndpoint,
  printServiceName,
  printServiceSettings,
  protocolOf,
} from './print-service.ts';

const remote = '  -> RemoteAddress:Port';
const counterTitle = (first: string, ...columns: string[]): string =>
  `${first.padEnd(33)}${columns.map((column) => ` ${column.padStart(8)}`).join('')}\n${remote}`;

const titles: Readonly<Record<ListingView, string>> = {
  default: `Prot LocalAddress:Port Scheduler Flags
${remote}           Forward Weight ActiveConn InActConn`,
  'tun-info': `Prot LocalAddress:Port Scheduler Flags
${remote}           Forward TunnelInfo    Weight ActiveConn InActConn`,
  stats: counterTitle(
    'Prot LocalAddress:Port',
    'Conns',
    'InPkts',
    'OutPkts',
    'InBytes',
    'OutBytes',
  ),
  rate: counterTitle('Prot LocalAddress:Port', 'CPS', 'InPPS', 'OutPPS', 'InBPS', 'OutBPS'),
  thresholds: `${'Prot LocalAddress:Port'.padEnd(33)} Uthreshold Lthreshold ActiveConn InActConn \n${remote}`,
  'persistent-conn': `${'Prot LocalAddress:Port'.padEnd(33)} Weight    PersistConn ActiveConn InActConn \n${remote}`,
};

/** The first line of a listing of everything. */
export const printBanner = (connectionTableSize: number): string =>
  `IP Virtual Server version 1.2.1 (size=${connectionTableSize})\n`;

/** What `ipvsadm -L` prints under its first line. */
export function printListing(
  services: readonly ServiceStatus[],
  format: ListingFormat,
  endpoint: EndpointPrinter,
): string {
  const ordered = format.sorted ? sortServices(services) : addressesFirst(services);
  const rows = ordered.flatMap((service) => [
    serviceRow(service, format, endpoint),
    ...(format.sorted ? sortRealServers(service.realServers) : service.realServers).map((server) =>
      realServerRow(server, protocolOf(service.key), format, endpoint),
    ),
  ]);
  return [titles[format.view], ...rows, ''].join('\n');
}

function serviceRow(
  service: ServiceStatus,
  { view, exact }: ListingFormat,
  endpoint: EndpointPrinter,
): string {
  const name = printServiceName(service.key, endpoint);
  if (view === 'stats') return name.padEnd(33) + printCounters(service.counters, exact);
  if (view === 'rate') return name.padEnd(33) + printCounters(service.rates, exact);
  return `${name} ${printServiceSettings(service)}`;
}

function realServerRow(
  server: RealServerEntry,
  protocol: Protocol | undefined,
  { view, exact }: ListingFormat,
  endpoint: EndpointPrinter,
): string {
  const name = `  -> ${cutEndpoint(endpoint(server, protocol)).padEnd(28)}`;
  const { status } = server;
  const active = pad(status.activeConnections, 10);
  const inactive = pad(status.inactiveConnections, 10);
  switch (view) {
    case 'stats':
      return name + printCounters(status.counters, exact);
    case 'rate':
      return name + printServerRates(status.rates, exact);
    case 'thresholds':
      return `${name} ${pad(server.upperThreshold, 10)} ${pad(server.lowerThreshold, 10)} ${active} ${inactive}`;
    case 'persistent-conn':
      return `${name} ${pad(server.weight, 9)} ${pad(status.persistentConnections, 11)} ${active} ${inactive}`;
    case 'tun-info':
      return `${name} ${methods[server.method].padEnd(7)} ${printTunnel(server).padEnd(13)} ${pad(server.weight, 6)} ${active} ${inactive}`;
    case 'default':
      return `${name} ${methods[server.method].padEnd(7)} ${pad(server.weight, 6)} ${active} ${inactive}`;
  }
}

const methods: Readonly<Record<ForwardingMethod, string>> = {
  masquerading: 'Masq',
  gatewaying: 'Route',
  tunneling: 'Tunnel',
};
const checksums: Readonly<Record<Tunnel['checksum'], string>> = {
  none: '-c',
  checksum: '+c',
  remote: 'r+c',
};

function printTunnel({ method, tunnel }: RealServerEntry): string {
  if (method !== 'tunneling') return 'n/a';
  if (tunnel.type === 'ipip') return 'ipip';
  const port = tunnel.type === 'gue' ? `:${tunnel.port}` : '';
  return `${tunnel.type}${port}:${checksums[tunnel.checksum]}`;
}

const printCounters = (counters: Counters, exact: boolean): string =>
  [
    counters.connections,
    counters.inPackets,
    counters.outPackets,
    counters.inBytes,
    counters.outBytes,
  ]
    .map((number) => printNumber(number, exact))
    .join('');

/** Rates of connections and packets of a real server are never shortened. */
const printServerRates = (rates: Counters, exact: boolean): string =>
  [rates.connections, rates.inPackets, rates.outPackets]
    .map((number) => ` ${String(number).padStart(8)}`)
    .concat([rates.inBytes, rates.outBytes].map((number) => printNumber(number, exact)))
    .join('');

const pad = (number: number, columns: number): string => String(number).padEnd(columns);
