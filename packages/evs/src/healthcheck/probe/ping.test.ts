import fc from 'fast-check';
import { expect, test } from 'vitest';
import { internetChecksum } from '../../packet/index.ts';
import { answers, echoRequest } from './ping.ts';

test('an echo request is 64 bytes that nobody else sends, with a right checksum over IPv4', () => {
  const [one, two] = [echoRequest('ipv4'), echoRequest('ipv4')];

  expect([one.length, one[0], one[1]]).toEqual([64, 8, 0]);
  expect(internetChecksum(one)).toBe(0);
  expect(one.equals(two)).toBe(false);
  expect(echoRequest('ipv6')[0]).toBe(128);
});

test.each([
  ['ipv4', 0],
  ['ipv6', 129],
] as const)('%s: only the reply with our own bytes counts', (family, reply) => {
  const request = echoRequest(family);
  const answer = Buffer.from(request);
  answer[0] = reply;

  expect(answers(family, request, answer)).toBe(true);
  expect(answers(family, request, request)).toBe(false);
  expect(answers(family, echoRequest(family), answer)).toBe(false);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (noise) => {
      expect(answers(family, request, noise)).toBe(false);
    }),
  );
});
