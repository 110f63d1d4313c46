import { expect, test } from 'vitest';
import type { ServiceStatus } from '../api/index.ts';
import type { Counters } from '../director/index.ts';
import { printNumeric } from './endpoint-printer.ts';
import { printListing } from './print-listing.ts';

const counters: Counters = {
  connections: 3,
  inPackets: 17_300,
  outPackets: 0,
  inBytes: 1_038_484_400,
  outBytes: 0,
};
const rates: Counters = { ...counters, inPackets: 123_456_789, inBytes: 108_050_400 };

const service: ServiceStatus = {
  key: { kind: 'address', protocol: 'udp', address: '10.9.0.1', port: 9 },
  scheduler: 'rr',
  schedulerFlags: 0,
  onePacket: false,
  counters,
  rates,
  realServers: [
    {
      address: '10.8.0.11',
      port: 9,
      method: 'gatewaying',
      weight: 2_147_483_647,
      upperThreshold: 10,
      lowerThreshold: 5,
      tunnel: { type: 'ipip', port: 0, checksum: 'none' },
      status: {
        activeConnections: 12,
        inactiveConnections: 1_234_567_890,
        persistentConnections: 4,
        counters,
        rates,
      },
    },
  ],
};
const format = { numeric: true, exact: false, sorted: true } as const;
const rows = (view: Parameters<typeof printListing>[1]['view'], exact = false): string =>
  printListing([service], { ...format, view, exact }, printNumeric)
    .split('\n')
    .slice(2)
    .join('\n');

test('counters are shortened from 100 million on', () => {
  expect(rows('stats'))
    .toBe(`UDP  10.9.0.1:9                          3    17300        0    1038M        0
  -> 10.8.0.11:9                         3    17300        0    1038M        0
`);
});

test('rates of packets are shortened for services, never for real servers', () => {
  expect(rows('rate'))
    .toBe(`UDP  10.9.0.1:9                          3  123456K        0  108050K        0
  -> 10.8.0.11:9                         3 123456789        0  108050K        0
`);
});

test('exact numbers widen their column', () => {
  expect(rows('stats', true)).toContain('   17300        0 1038484400        0\n');
});

test('numbers of connections keep their blanks at the end', () => {
  expect(rows('default')).toContain('Route   2147483647 12         1234567890\n');
  expect(rows('thresholds')).toContain(' 10         5          12         1234567890\n');
  expect(rows('persistent-conn')).toContain(' 2147483647 4           12         1234567890\n');
});
