import { expect, test } from 'vitest';
import type { Features } from '../program/assembly.ts';
import { covers } from './features-of.ts';

const present: Features = {
  ipv4: true,
  ipv6: false,
  tcp: true,
  udp: false,
  methods: ['masquerading', 'gatewaying'],
  schedulers: ['rr', 'wlc'],
  schedulerFlags: 0,
  thresholds: false,
  localClients: true,
  settings: [],
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
  ['another scheduler', { schedulers: ['rr', 'sh'] }],
  ['a scheduler flag', { schedulerFlags: 8 }],
  ['thresholds', { thresholds: true }],
  ['remote clients alone', { localClients: false }],
  ['another setting', { settings: ['sloppy_tcp'] }],
  ['devices without peers', { peers: false }],
])('programs do not cover %s', (_what, change) => {
  expect(covers(present, { ...present, ...change })).toBe(false);
});
