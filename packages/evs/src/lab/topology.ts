import { addressBytes, type IpAddress } from '../packet/index.ts';

/** The virtual service of the tutorial. */
export const vip: IpAddress = '192.168.37.189';
export const servicePort = 8088;
export const service = `${vip}:${servicePort}`;
export const serviceUrl = `http://${service}/`;

/** Machines of all labs, each a network namespace. */
export const hostNames = [
  'switch',
  'lvs-1',
  'lvs-2',
  'nginx-1',
  'nginx-2',
  'client',
  'router',
  'remote',
] as const;
export type HostName = (typeof hostNames)[number];

export const director = 'lvs-1' satisfies HostName;
/** The one with the higher priority first. */
export const directors = ['lvs-1', 'lvs-2'] as const;
export type DirectorName = (typeof directors)[number];
export const realServers = ['nginx-1', 'nginx-2'] as const;
/** Who sends requests: one on the directors' segment, one behind the router. */
export const clients = ['client', 'remote'] as const;
export type ClientName = (typeof clients)[number];

/** `lan` is the segment of directors and real servers, at the switch; `outside` is the remote client's. */
export type Segment = 'lan' | 'outside';

/** A network device. Both segments have 24-bit prefixes. */
export interface Device {
  readonly host: HostName;
  readonly name: string;
  readonly segment: Segment;
  readonly address: IpAddress;
}

/** Every device with an address; the switch has ports only, named after the hosts. */
export const devices: readonly Device[] = [
  { host: 'lvs-1', name: 'eth0', segment: 'lan', address: '192.168.37.181' },
  { host: 'lvs-2', name: 'eth0', segment: 'lan', address: '192.168.37.182' },
  { host: 'nginx-1', name: 'eth0', segment: 'lan', address: '192.168.37.183' },
  { host: 'nginx-2', name: 'eth0', segment: 'lan', address: '192.168.37.184' },
  { host: 'client', name: 'eth0', segment: 'lan', address: '192.168.37.20' },
  { host: 'router', name: 'eth0', segment: 'lan', address: '192.168.37.1' },
  { host: 'router', name: 'eth1', segment: 'outside', address: '203.0.113.1' },
  { host: 'remote', name: 'eth0', segment: 'outside', address: '203.0.113.7' },
];

/** Which machines a lab has, and how their first device is called. */
export interface Topology {
  readonly hosts: readonly HostName[];
  readonly firstDevice: string;
}

export const oneDirector: Topology = {
  hosts: hostNames.filter((host) => host !== 'lvs-2'),
  firstDevice: 'eth0',
};
/** The device carries the name that it has in the tutorial's configuration. */
export const twoDirectors: Topology = { hosts: hostNames, firstDevice: 'ens33' };

export const devicesOf = ({ hosts, firstDevice }: Topology): Device[] =>
  devices
    .filter(({ host }) => hosts.includes(host))
    .map((device) => (device.name === 'eth0' ? { ...device, name: firstDevice } : device));

/** Address of a host on its segment; of the router, on the segment asked for. */
export function addressOf(host: HostName, segment: Segment = segmentOf(host)): IpAddress {
  const device = devices.find((each) => each.host === host && each.segment === segment);
  if (device === undefined) throw new RangeError(`${host} has no address on ${segment}`);
  return device.address;
}

const segmentOf = (host: HostName): Segment => (host === 'remote' ? 'outside' : 'lan');

/** The router's address on the host's own segment. */
export const gatewayOf = (host: HostName): IpAddress => addressOf('router', segmentOf(host));

/** A locally administered MAC address that shows the IPv4 address: 192.168.37.1 has 02:00:c0:a8:25:01. */
export const macOf = (address: IpAddress): string =>
  [
    '02',
    '00',
    ...Array.from(addressBytes(address), (byte) => byte.toString(16).padStart(2, '0')),
  ].join(':');
