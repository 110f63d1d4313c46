import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fixedNames } from '../../test/support/fixed-names.ts';
import { parseClassicIpv4, parseEndpoint } from './endpoints.ts';

describe('parseEndpoint()', () => {
  test.each([
    ['10.0.0.1:80', { address: '10.0.0.1', family: 'ipv4', port: 80 }],
    ['10.0.0.1', { address: '10.0.0.1', family: 'ipv4', port: undefined }],
    ['vip.example:http', { address: '192.0.2.10', family: 'ipv4', port: 80 }],
    ['[2001:DB8::1]:0', { address: '2001:db8::1', family: 'ipv6', port: 0 }],
    ['2001:db8::7:80', { address: '2001:db8::7:80', family: 'ipv6', port: undefined }],
    ['[10.0.0.1]:80', { address: '10.0.0.1', family: 'ipv4', port: undefined }],
  ])('reads %s', async (text, endpoint) => {
    expect(await parseEndpoint(text, 'tcp', fixedNames)).toEqual(endpoint);
  });

  test.each(['', '80', ':80', '10.0.0.1:', '[2001:db8::1]', '[fe80::1%lo]:80', 'vip.example:tftp'])(
    'refuses %s',
    async (text) => {
      expect(await parseEndpoint(text, 'tcp', fixedNames)).toBeUndefined();
    },
  );
});

describe('parseClassicIpv4()', () => {
  test.each([
    ['10.1', '10.0.0.1'],
    ['10.1.2', '10.1.0.2'],
    ['0x0a.0.0.011', '10.0.0.9'],
    ['167772170', '10.0.0.10'],
    ['10.0.0.1 x', '10.0.0.1'],
  ])('reads %s as inet_aton(3) does', (text, address) => {
    expect(parseClassicIpv4(text)).toBe(address);
  });

  test.each(['', '10.', '1.16777216', '4294967296', '08.0.0.1', '0x.0.0.1', '1.2.3.4.5', ' 10.1'])(
    'refuses "%s"',
    (text) => {
      expect(parseClassicIpv4(text)).toBeUndefined();
    },
  );

  test('reads every dotted quad as itself', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(parseClassicIpv4(address)).toBe(address);
      }),
    );
  });
});
