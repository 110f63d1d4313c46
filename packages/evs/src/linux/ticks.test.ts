import { expect, test } from 'vitest';
import { nearestRate } from './ticks.ts';

test.each([
  [98.7, 100],
  [251, 250],
  [270, 250],
  [289, 300],
  [1016, 1000],
])('nearestRate() of %d ticks a second is %i', (measured, rate) => {
  expect(nearestRate(measured)).toBe(rate);
});
