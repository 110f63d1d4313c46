import { expect, test } from 'vitest';
import { filesInMemory, readConfiguration } from '../index.ts';
import { directorServices } from './director-services.ts';

const servicesOf = (text: string) =>
  readConfiguration('/k.conf', {
    files: filesInMemory({ '/k.conf': text }),
  }).configuration.virtualServers.flatMap(directorServices);
const text = (kind: string, name: string, line = '') => `
virtual_server_group G {
  10.9.0.101 80
  10.9.0.102 81
  fwmark 9
}
virtual_server ${name} {
  lb_algo wrr
  lb_kind ${kind}
  ${name.startsWith('fwmark') ? '' : 'protocol TCP'}
  ${line}
  real_server 10.9.0.20 8080 {
    weight 3
    uthreshold 100
  }
  real_server 10.9.0.21 8080 {
  }
}`;

test('a virtual server is a service with its real servers, the last one first', () => {
  expect(servicesOf(text('NAT', '10.9.0.9 80', 'persistence_timeout 50'))).toEqual([
    {
      key: { kind: 'address', protocol: 'tcp', address: '10.9.0.9', port: 80 },
      scheduler: 'wrr',
      schedulerFlags: 0,
      persistence: { timeoutSeconds: 50, mask: 32 },
      onePacket: false,
      realServers: [
        {
          address: '10.9.0.21',
          port: 8080,
          method: 'masquerading',
          weight: 1,
          upperThreshold: 0,
          lowerThreshold: 0,
          tunnel: { type: 'ipip', port: 0, checksum: 'none' },
        },
        expect.objectContaining({ address: '10.9.0.20', weight: 3, upperThreshold: 100 }),
      ],
    },
  ]);
});

test.each([
  ['NAT', '10.9.0.9 80', [8080]],
  ['DR', '10.9.0.9 80', [80]],
  ['TUN', '10.9.0.9 80', [80]],
  ['DR', 'group G', [80, 81, 0]],
  ['NAT', 'group G', [8080, 8080, 8080]],
  ['DR', 'fwmark 5', [0]],
] as const)('%s of %s sends to the ports %j', (kind, name, ports) => {
  expect(servicesOf(text(kind, name)).map(({ realServers }) => realServers[0]?.port)).toEqual(
    ports,
  );
});
