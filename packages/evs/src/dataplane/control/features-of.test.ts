import { expect, test } from 'vitest';
import type { Features } from '../program/assembly.ts';
import { covers } from './features-of.ts';
import { plainFeatures } from '../../../test/fixtures/features.ts';

const present: Features = {
  ...plainFeatures,
  methods: ['masquerading', 'gatewaying'],
  schedulers: ['rr', 'wlc'],
  localClients: true,
  peers: true,
};

test.each<[string, Partial<Features>]>([
  ['the same', {}],
  ['fewer methods', { methods: ['masquerading'] }],
  ['no schedulers', { schedulers: [] }],
  ['no TCP', { tcp: false }],
])('programs cover %s', (_what, change) => {
  expect(covers(present, { ...present, ...change })).toBe(true);
});

test.each<[string, Partial<Features>]>([
  ['another family', { ipv6: true }],
  ['another protocol', { udp: true }],
  ['another method', { methods: ['tunneling'] }],
  ['another tunnel', { tunnels: ['ipv4 in gue over ipv6'] }],
  ['another scheduler', { schedulers: ['rr', 'sh'] }],
  ['a scheduler flag', { schedulerFlags: 8 }],
  ['thresholds', { thresholds: true }],
  ['remote clients alone', { localClients: false }],
  ['another setting', { settings: ['sloppy_tcp'] }],
  ['persistence', { persistence: true }],
  ['services on port 0', { anyPort: true }],
  ['FTP', { ftp: true }],
  ['one-packet scheduling', { onePacket: true }],
  ['devices without peers', { peers: false }],
])('programs do not cover %s', (_what, change) => {
  expect(covers(present, { ...present, ...change })).toBe(false);
});
