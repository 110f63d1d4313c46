import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatIpAddress } from '../../packet/ip-address.ts';
import { attributesIn } from '../netlink/attributes.ts';
import { decodeDaemon, decodeRealServer, decodeService } from './decode.ts';
import { encodeDaemon, encodeKey, encodeRealServer, encodeService } from './encode.ts';
import type { IpvsDaemon, IpvsRealServer, IpvsService } from './objects.ts';

const u8 = fc.integer({ min: 0, max: 255 });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const address = (bytes: 4 | 16): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(formatIpAddress);
const name = fc.stringMatching(/^[a-z]{1,15}$/);

const service = fc.constantFrom('ipv4', 'ipv6').chain((family): fc.Arbitrary<IpvsService> =>
  fc.record({
    key: fc.oneof(
      fc.record({
        family: fc.constant(family),
        protocol: u8,
        address: address(family === 'ipv4' ? 4 : 16),
        port: u16,
      }),
      fc.record({ family: fc.constant(family), mark: fc.integer({ min: 1, max: 0xffff_ffff }) }),
    ),
    scheduler: name,
    flags: fc.constantFrom(0, 1, 4, 0x38),
    timeoutSeconds: u32,
    mask: family === 'ipv4' ? address(4) : fc.integer({ min: 1, max: 128 }),
  }),
);
const server: fc.Arbitrary<IpvsRealServer> = fc.record({
  address: fc.oneof(address(4), address(16)),
  port: u16,
  method: fc.integer({ min: 0, max: 4 }),
  weight: u32,
  upperThreshold: u32,
  lowerThreshold: u32,
  tunnelType: u8,
  tunnelPort: u16,
  tunnelFlags: u16,
});
const daemon: fc.Arbitrary<IpvsDaemon> = fc.record({
  role: fc.constantFrom('master', 'backup'),
  device: name,
  syncId: u8,
  maximumLength: u16,
  group: fc.oneof(address(4), address(16)),
  port: u16,
  timeToLive: u8,
});

test('services, real servers and daemons are read as they were written', () => {
  fc.assert(
    fc.property(service, server, daemon, (one, two, three) => {
      expect(decodeService(attributesIn(encodeService(one)))).toEqual(one);
      expect(decodeRealServer(attributesIn(encodeRealServer(two)), 'ipv4')).toEqual(two);
      expect(decodeDaemon(attributesIn(encodeDaemon(three)))).toEqual(three);
    }),
  );
});

test('the key of a service is the family, and a mark or protocol, address and port', () => {
  const key = { family: 'ipv4', protocol: 6, address: '10.0.0.1', port: 80 } as const;
  expect(encodeKey(key).toString('hex').match(/.{8}/g)).toEqual([
    '30000100', // 48 bytes, attribute 1
    '06000100',
    '02000000', // AF_INET
    '06000200',
    '06000000', // TCP
    '14000300',
    '0a000001',
    '00000000',
    '00000000',
    '00000000',
    '06000400',
    '00500000', // port 80, in network order
  ]);
});
