import { expect, test } from 'vitest';
import { printAddress } from './print-address.ts';

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['2001:db8::1', '2001:db8::1'],
  ['::', '::'],
  ['::1', '::1'],
  ['::ffff', '::ffff'],
  ['::1:2', '::0.1.0.2'],
  ['::a00:8', '::10.0.0.8'],
  ['::ffff:a00:9', '::ffff:10.0.0.9'],
])('printAddress() writes %s as %s, as inet_ntop(3) does', (address, text) => {
  expect(printAddress(address)).toBe(text);
});
