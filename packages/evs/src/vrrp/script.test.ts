import { expect, test } from 'vitest';
import { initialScript, stepScript } from './script.ts';

const results = (rise: number, fall: number, ...oks: readonly boolean[]) => {
  let state = initialScript;
  return oks.map((ok) => (state = stepScript(state, { rise, fall }, ok)).up);
};

test('the first result counts at once, whatever rise and fall say', () => {
  expect(results(3, 3, true)).toEqual([true]);
  expect(results(3, 3, false)).toEqual([false]);
});

test('after it, so many results in a row turn it round', () => {
  expect(results(2, 3, true, false, false, true, false, false, false, true, true)).toEqual([
    ...[true, true, true, true, true, true, false],
    ...[false, true],
  ]);
});
