import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ipv4Mask, shortenMask } from './masks.ts';

test('a mask is short for its leading bits, and back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 32 }), (prefix) => {
      expect(shortenMask(ipv4Mask(prefix))).toBe(prefix);
    }),
  );
  expect(ipv4Mask(24)).toBe('255.255.255.0');
});

test('a mask with holes stays as it is', () => {
  expect(shortenMask('255.0.255.0')).toBe('255.0.255.0');
  expect(shortenMask('0.0.0.24')).toBe('0.0.0.24');
});
