import { expect, test } from 'vitest';
import { internetChecksum } from './internet-checksum.ts';

test('internetChecksum() of the example in RFC 1071 section 3', () => {
  const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);

  expect(internetChecksum(bytes)).toBe(0xffff - 0xddf2);
});

test('internetChecksum() of bytes that carry their checksum is 0', () => {
  const bytes = Uint8Array.of(0x45, 0x00, 0x12, 0x34, 0xab);
  const sum = internetChecksum(bytes);

  expect(
    internetChecksum(bytes.slice(0, 4), Uint8Array.of(0xab, 0), Uint8Array.of(sum >> 8, sum & 255)),
  ).toBe(0);
});
