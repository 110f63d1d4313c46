import { expect, test } from 'vitest';
import { effectivePriority, type Contribution } from './priority.ts';

const tracker = (weight: number, up: boolean, reverse = false): Contribution => ({
  weight,
  up,
  reverse,
});

test.each<[string, number, Contribution[], number]>([
  ['a positive weight counts while well', 100, [tracker(20, true)], 120],
  ['and not while unwell', 100, [tracker(20, false)], 100],
  ['a negative weight counts while unwell', 100, [tracker(-20, false)], 80],
  ['and not while well', 100, [tracker(-20, true)], 100],
  ['reversed, the other way round', 100, [tracker(20, false, true), tracker(-5, true, true)], 115],
  ['no less than 1', 10, [tracker(-200, false)], 1],
  ['no more than 254', 200, [tracker(100, true)], 254],
  ["the owner's stays", 255, [tracker(-200, false)], 255],
])('effectivePriority(): %s', (_, base, contributions, expected) => {
  expect(effectivePriority(base, contributions)).toBe(expected);
});
