import { expect, test } from 'vitest';
import { findPort, findService, parseServices, systemNames } from './names.ts';

const table = parseServices(`# services(5)
http    80/tcp  www  # WorldWideWeb HTTP

domain  53/tcp
domain  53/udp
nonsense
`);

test('a port is found by name and by alias, for its protocol only', () => {
  expect(findPort(table, 'http', 'tcp')).toBe(80);
  expect(findPort(table, 'www', 'tcp')).toBe(80);
  expect(findPort(table, 'http', 'udp')).toBeUndefined();
});

test('a service is found by port and protocol', () => {
  expect(findService(table, 53, 'udp')).toBe('domain');
  expect(findService(table, 80, 'sctp')).toBeUndefined();
});

test('the system knows the address of localhost and a name of 127.0.0.1', async () => {
  const names = systemNames();
  expect(await names.addressOf('localhost')).toBe('127.0.0.1');
  expect(await names.hostOf('127.0.0.1')).toMatch(/./);
});
