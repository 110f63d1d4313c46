import { expect, test } from 'vitest';
import { keyText } from './key-text.ts';
import { addressesFirst, sortRealServers, sortServices } from './listing-order.ts';
import type { ServiceKey } from './model.ts';

const address = (protocol: 'tcp' | 'udp', text: string, port: number): { key: ServiceKey } => ({
  key: { kind: 'address', protocol, address: text, port },
});
const mark = (number: number, family: 'ipv4' | 'ipv6' = 'ipv4'): { key: ServiceKey } => ({
  key: { kind: 'mark', mark: number, family },
});
const texts = (services: readonly { key: ServiceKey }[]): string[] =>
  services.map(({ key }) => keyText(key));

test('services are sorted by mark, family, protocol, address and port', () => {
  const services = [
    mark(3, 'ipv6'),
    mark(3),
    address('udp', '10.0.0.1', 53),
    address('tcp', '2001:db8::1', 80),
    address('tcp', '10.0.0.10', 80),
    address('tcp', '10.0.0.9', 443),
    address('tcp', '10.0.0.9', 80),
  ];
  expect(texts(sortServices(services))).toEqual([
    'tcp 10.0.0.9:80',
    'tcp 10.0.0.9:443',
    'tcp 10.0.0.10:80',
    'udp 10.0.0.1:53',
    'tcp [2001:db8::1]:80',
    'mark 3',
    'mark 3 IPv6',
  ]);
});

test('a mark of 2^31 or more counts as negative', () => {
  expect(texts(sortServices([address('tcp', '10.0.0.1', 80), mark(0xffff_ffff)]))).toEqual([
    'mark 4294967295',
    'tcp 10.0.0.1:80',
  ]);
});

test('addresses that lie more than 2^31 apart come in the order of ipvsadm', () => {
  const newestFirst = ['fd00::1', 'fd00::2', '900:db8::1', '2001:db8::1', '100.0.0.10'];
  const olderLast = ['10.0.0.10', '10.0.0.9', '200.0.0.1'];
  const servers = [...newestFirst, ...olderLast].map((text) => ({ address: text, port: 80 }));
  expect(sortRealServers(servers).map((server) => server.address)).toEqual([
    '200.0.0.1',
    'fd00::1',
    'fd00::2',
    '900:db8::1',
    '10.0.0.9',
    '10.0.0.10',
    '2001:db8::1',
    '100.0.0.10',
  ]);
});

test('without sorting, services of an address come before those of a mark', () => {
  expect(texts(addressesFirst([mark(1), address('tcp', '10.0.0.1', 80)]))).toEqual([
    'tcp 10.0.0.1:80',
    'mark 1',
  ]);
});
