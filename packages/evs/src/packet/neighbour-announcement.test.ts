import { expect, test } from 'vitest';
import { announcementFrame } from './neighbour-announcement.ts';

const mac = Uint8Array.of(2, 0, 0, 0, 0, 1);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('announcementFrame() of an IPv4 address is an ARP request for itself', () => {
  expect(hex(announcementFrame('10.9.0.100', mac, false))).toBe(
    `${'ff'.repeat(6)}020000000001` +
      '0806' +
      '0001080006040001' +
      '0200000000010a090064' +
      `${'ff'.repeat(6)}0a090064`,
  );
});

// RFC 4861 section 4.4; the sum was worked out by hand over the pseudo header and the message.
test('announcementFrame() of an IPv6 address tells all nodes, with the override flag', () => {
  const frame = announcementFrame('fd00::64', mac, true);

  expect(hex(frame.slice(0, 14))).toBe('33330000000102000000000186dd');
  expect(hex(frame.slice(14, 22))).toBe('6000000000203aff');
  expect(hex(frame.slice(54, 56))).toBe('8800');
  expect(hex(frame.slice(58, 62))).toBe('a0000000');
  expect(hex(frame.slice(78))).toBe('0201020000000001');
  expect(sumOf(frame)).toBe(0xffff);
});

/** Of addresses, length, protocol and message: all ones if the checksum is right. RFC 4443 section 2.3. */
function sumOf(frame: Uint8Array): number {
  const words = [...frame.slice(22, 54), 0, 32, 0, 58, ...frame.slice(54)];
  let sum = 0;
  for (let at = 0; at < words.length; at += 2) {
    sum += (words[at] ?? 0) * 256 + (words[at + 1] ?? 0);
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return sum;
}
