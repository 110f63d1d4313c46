import { expect, test } from 'vitest';
import { filesInMemory, readConfiguration } from '../../../config/index.ts';
import { guardedAddresses } from './accept-guard.ts';

const guardedIn = (lines: string): readonly string[] => {
  const text = `vrrp_instance VI_1 {\n  interface eth0\n  virtual_router_id 5\n${lines}\n  virtual_ipaddress { 10.9.0.100 }\n  virtual_ipaddress_excluded { fd09::100 }\n}\n`;
  const files = filesInMemory({ '/k.conf': text });
  return guardedAddresses(readConfiguration('/k.conf', { files }).configuration.virtualRouters);
};
const both = ['10.9.0.100', 'fd09::100'];

test.each([
  ['', []],
  ['no_accept', both],
  ['strict_mode', both],
  ['version 3\nstrict_mode\naccept', []],
  ['strict_mode\naccept', both],
  ['no_accept\npriority 255', []],
])('with %j this machine does not answer for %j', (lines, addresses) => {
  expect(guardedIn(lines)).toEqual(addresses);
});
