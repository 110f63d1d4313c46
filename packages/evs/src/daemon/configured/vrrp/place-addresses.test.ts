import { expect, test } from 'vitest';
import { filesInMemory, readConfiguration } from '../../../config/index.ts';
import { placeAddresses } from './place-addresses.ts';

/** Each address with its device, and the devices that are made, with what is below. */
function placed(lines: string, addressLine: string, ownName?: string): string[] {
  const text = `vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  ${lines}
  virtual_ipaddress {
    10.9.0.51/24
    10.77.0.51/24 dev d0 ${addressLine}
    10.78.0.51/24 dev d1 ${addressLine}
    10.77.0.52/24 dev d0
  }
  virtual_ipaddress_excluded {
    fd77::1/64 dev d0 ${addressLine}
    fd09::1/64
  }
}`;
  const { configuration } = readConfiguration('/k.conf', {
    files: filesInMemory({ '/k.conf': text }),
  });
  const [router] = configuration.virtualRouters;
  if (router === undefined) throw new Error('There is one');
  const { addresses, vmacs } = placeAddresses(router, 'vrrp', ownName);
  return [
    ...addresses.map(({ address, device }) => `${address} ${device ?? '-'}`),
    ...vmacs.map(({ name, below }) => `${name}@${below}`),
  ];
}

// Each as keepalived 2.2.7 does it.
test('use_vmac_addr: addresses on other devices and of the other family have virtual MAC addresses', () => {
  expect(placed('use_vmac_addr', '')).toEqual([
    '10.9.0.51 -',
    '10.77.0.51 vrrp.51',
    '10.78.0.51 vrrp1.51',
    '10.77.0.52 vrrp.51',
    'fd77::1 vrrp6.51',
    'fd09::1 vrrp2.51',
    'vrrp.51@d0',
    'vrrp1.51@d1',
    'vrrp6.51@d0',
    'vrrp2.51@eth0',
  ]);
});

test('use_vmac of single addresses: those have them', () => {
  expect(placed('', 'use_vmac')).toEqual([
    '10.9.0.51 -',
    '10.77.0.51 vrrp.51',
    '10.78.0.51 vrrp1.51',
    '10.77.0.52 d0',
    'fd77::1 vrrp6.51',
    'fd09::1 -',
    'vrrp.51@d0',
    'vrrp1.51@d1',
    'vrrp6.51@d0',
  ]);
});

test('beside the virtual MAC address of the router itself', () => {
  expect(placed('use_vmac', 'use_vmac', 'vrrp.51').slice(-3)).toEqual([
    'vrrp1.51@d0',
    'vrrp2.51@d1',
    'vrrp6.51@d0',
  ]);
});
