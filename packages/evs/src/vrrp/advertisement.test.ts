import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatIpAddress, VrrpHeader2, VrrpHeader3 } from '../packet/index.ts';
import {
  decodeAdvertisement,
  encodeAdvertisement,
  expectedBytes,
  type Advertisement,
} from './advertisement.ts';

const multicast = { source: '10.9.0.1', destination: '224.0.0.18' };
const version2: Advertisement = {
  version: 2,
  virtualRouterId: 51,
  priority: 100,
  addresses: ['10.9.0.100'],
  intervalMs: 1_000,
};
const version3: Advertisement = { ...version2, version: 3 };
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const compact = (text: string): string => text.replaceAll(' ', '');

test('the fields stand where RFC 3768 section 5.1 and RFC 9568 section 5.1 draw them', () => {
  const fields2 = [
    'virtualRouterId',
    'priority',
    'addressCount',
    'authenticationType',
    'intervalSeconds',
    'checksum',
  ] as const;
  const fields3 = ['virtualRouterId', 'priority', 'addressCount', 'interval', 'checksum'] as const;

  expect(fields2.map((field) => VrrpHeader2.offsetOf(field))).toEqual([1, 2, 3, 4, 5, 6]);
  expect(fields3.map((field) => VrrpHeader3.offsetOf(field))).toEqual([1, 2, 3, 4, 6]);
});

// What keepalived 2.2.7 sent.
test.each<[string, Advertisement, string, string?]>([
  [
    'version 2 with a password and two addresses',
    { ...version2, addresses: ['10.9.0.100', '10.9.0.101'], password: '1111' },
    '2133 6402 0101 028c 0a09 0064 0a09 0065 3131 3131 0000 0000',
  ],
  [
    'the same with priority 0',
    { ...version2, addresses: ['10.9.0.100', '10.9.0.101'], password: '1111', priority: 0 },
    '2133 0002 0101 668c 0a09 0064 0a09 0065 3131 3131 0000 0000',
  ],
  ['version 2 without a password', version2, '2133 6401 0001 705d 0a09 0064 0000 0000 0000 0000'],
  ['version 3', version3, '3133 6401 0064 7561 0a09 0064'],
  ['version 3 with priority 0', { ...version3, priority: 0 }, '3133 0001 0064 d961 0a09 0064'],
  ['version 3 by unicast', version3, '3133 6401 0064 4b69 0a09 0064', '10.9.0.2'],
])('encodeAdvertisement() of %s', (_, advertisement, expected, destination = '224.0.0.18') => {
  expect(hex(encodeAdvertisement(advertisement, { ...multicast, destination }))).toBe(
    compact(expected),
  );
});

const anyAddress = (family: 'ipv4' | 'ipv6') => {
  const length = family === 'ipv4' ? 4 : 16;
  return fc.uint8Array({ minLength: length, maxLength: length }).map(formatIpAddress);
};
const anyAdvertisement = fc.constantFrom('ipv4' as const, 'ipv6' as const).chain((family) =>
  fc.record({
    family: fc.constant(family),
    version: fc.constantFrom(...(family === 'ipv4' ? ([2, 3] as const) : ([3] as const))),
    virtualRouterId: fc.integer({ min: 1, max: 255 }),
    priority: fc.integer({ min: 0, max: 255 }),
    addresses: fc.array(anyAddress(family), { maxLength: 20 }),
    seconds: fc.integer({ min: 1, max: 40 }),
  }),
);

test('decodeAdvertisement() reads what encodeAdvertisement() wrote', () => {
  fc.assert(
    fc.property(anyAdvertisement, ({ family, seconds, ...rest }) => {
      const way = family === 'ipv4' ? multicast : { source: 'fe80::1', destination: 'ff02::12' };
      const packet = encodeAdvertisement({ ...rest, intervalMs: seconds * 1_000 }, way);

      expect(packet.length).toBe(expectedBytes(packet, family));
      expect(decodeAdvertisement(packet, family)).toMatchObject({
        version: rest.version,
        type: 1,
        priority: rest.priority,
        virtualRouterId: rest.virtualRouterId,
        addresses: rest.addresses,
        intervalMs: seconds * 1_000,
      });
    }),
  );
});
