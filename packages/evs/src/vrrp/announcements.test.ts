import { expect, test } from 'vitest';
import { burstsFor, defaultAnnouncements } from './announcements.ts';

test('burstsFor() a router that has become active: five rounds, and five more after five seconds', () => {
  expect(burstsFor('active', defaultAnnouncements)).toEqual([
    { afterMs: 0, rounds: 5 },
    { afterMs: 5_000, rounds: 5 },
  ]);
});

test('burstsFor() leaves out what has no delay or no rounds', () => {
  const plan = { ...defaultAnnouncements, delayMs: 0, lowerPriorityRounds: 0 };

  expect(burstsFor('active', plan)).toEqual([{ afterMs: 0, rounds: 5 }]);
  expect(burstsFor('lowerPriority', plan)).toEqual([]);
});
