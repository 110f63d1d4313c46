import { findPort, findService, parseServices, type Names } from '../../src/cli/names.ts';

/** The part of a services database that the transcripts name. */
export const servicesFile = `
tcpmux     1/tcp
echo       7/tcp
echo       7/udp
discard    9/tcp  sink null
discard    9/udp  sink null
ssh        22/tcp
domain     53/tcp
domain     53/udp
tftp       69/udp
http       80/tcp www   # WorldWideWeb HTTP
https      443/tcp
sip        5060/tcp
sip        5060/udp
omniorb    8088/tcp
`;
const services = parseServices(servicesFile);

const hosts: readonly (readonly [address: string, name: string])[] = [
  ['127.0.0.1', 'localhost'],
  ['192.0.2.10', 'vip.example'],
  ['192.0.2.20', 'real.example'],
  ['192.0.2.21', 'a-real-server-with-a-long-name.example'],
  ['192.0.2.22', 'a-virtual-server-with-a-long-name.example'],
  ['2001:db8::10', 'vip6.example'],
  ['2001:db8::11', 'a-real-server-with-a-long-ipv6-name.example'],
];

/** The same as the text of hosts(5). */
export const hostsFile = hosts.map(([address, name]) => `${address} ${name}\n`).join('');

/** The names that the machine had on which the transcripts were recorded. */
export const fixedNames: Names = {
  addressOf: async (host) =>
    hosts.find(([address, name]) => name === host && !address.includes(':'))?.[0],
  hostOf: async (address) => hosts.find(([known]) => known === address)?.[1],
  portOf: (service, protocol) => findPort(services, service, protocol),
  serviceOf: (port, protocol) => findService(services, port, protocol),
};
