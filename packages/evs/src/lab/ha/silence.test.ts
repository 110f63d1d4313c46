import { expect, test } from 'vitest';
import { longestSilenceMs } from './silence.ts';

test('the longest gap between answered questions counts, in whatever order the answers came', () => {
  expect(longestSilenceMs([100, 140, 120, 400, 420], 110)).toBe(260);
});

test('silence right from the start counts', () => {
  expect(longestSilenceMs([50, 900], 100)).toBe(800);
});

test('nobody answered: no end is known', () => {
  expect(longestSilenceMs([], 100)).toBe(0);
});
