import { expect, test } from 'vitest';
import { hasQuorum, quorumText } from './quorum.ts';

const rule = { quorum: 5, hysteresis: 2 };

test.each([
  [false, 6, false],
  [false, 7, true],
  [true, 3, true],
  [true, 2, false],
])('hasQuorum() from %s with a sum of %d: %s', (had, weights, expected) => {
  expect(hasQuorum(rule, had, weights)).toBe(expected);
});

test('without any weight there is no quorum, however small it is', () => {
  expect(hasQuorum({ quorum: 0, hysteresis: 0 }, true, 0)).toBe(false);
});

test('quorumText() is what keepalived says', () => {
  expect(quorumText({ quorum: 2, hysteresis: 0 }, false, 1)).toBe('Lost quorum 2-0=2 > 1');
  expect(quorumText({ quorum: 2, hysteresis: 0 }, true, 2)).toBe('Gained quorum 2+0=2 <= 2');
});
